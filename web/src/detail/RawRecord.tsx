import type { Device } from "../api/devices";
import { t } from "../i18n/t";

/** What `GET api/devices/{id}` answered, to the letter. */
export function RawRecord({ device }: { readonly device: Device }) {
  return (
    <details className="raw">
      <summary>{t("Raw record")}</summary>
      <pre>{JSON.stringify(device, null, 2)}</pre>
    </details>
  );
}
