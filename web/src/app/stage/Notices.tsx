import { Info, X } from "lucide-react";
import { useState } from "react";
import { t } from "../../i18n/t";
import { readStorage, writeStorage } from "../../lib/browserStorage";
import { IconButton } from "../../ui/IconButton";

const DISMISSED = "herenow.notices.dismissed";

/** Notices of the server on the map, until they are dismissed; a changed notice appears again. */
export function Notices({ notices }: { readonly notices: readonly string[] }) {
  const text = notices.join("\n");
  const [dismissed, setDismissed] = useState(() => readStorage(DISMISSED));
  if (notices.length === 0 || dismissed === text) return null;
  function dismiss(): void {
    writeStorage(DISMISSED, text);
    setDismissed(text);
  }
  return (
    <section className="notice" aria-labelledby="notice-title">
      <header className="card-head">
        <h2 id="notice-title">
          <Info aria-hidden /> {t("About this demo")}
        </h2>
        <IconButton name={t("Dismiss")} icon={X} onClick={dismiss} />
      </header>
      <ul>
        {notices.map((notice) => (
          <li key={notice}>{notice}.</li>
        ))}
      </ul>
    </section>
  );
}
