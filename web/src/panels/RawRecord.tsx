import type { Device } from "../api/devices";

/** What `GET api/devices/{id}` answered, to the letter. */
export function RawRecord({ device }: { readonly device: Device }) {
  return (
    <details className="raw">
      <summary>Raw record</summary>
      <pre>{JSON.stringify(device, null, 2)}</pre>
    </details>
  );
}
