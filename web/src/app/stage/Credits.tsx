import { Info } from "lucide-react";
import { useState } from "react";
import type { Credit } from "../../api/config";
import { t } from "../../i18n/t";
import { IconButton } from "../../ui/IconButton";

/** The credits of the map; on a small screen one line, and the rest after a click. */
export function Credits({ credits }: { readonly credits: readonly Credit[] }) {
  const [open, setOpen] = useState(false);
  return (
    <section className="credits" data-open={open} aria-label={t("Credits of the map")}>
      <ul>
        {credits.map((credit) => (
          <li key={credit.text}>
            <CreditText {...credit} />
          </li>
        ))}
      </ul>
      <IconButton name={t("All credits")} icon={Info} aria-expanded={open} onClick={() => setOpen(!open)} />
    </section>
  );
}

function CreditText({ text, url }: Credit) {
  // A link from the server must not run a script.
  if (!url || !/^https?:\/\//.test(url)) return text;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {text}
    </a>
  );
}
