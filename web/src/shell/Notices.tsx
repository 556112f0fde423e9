import { Info, X } from "lucide-react";
import { useState } from "react";

/** What the server wants said on the map, until it is put away. */
export function Notices({ notices }: { readonly notices: readonly string[] }) {
  const [dismissed, setDismissed] = useState<readonly string[]>([]);
  const shown = notices.filter((notice) => !dismissed.includes(notice));
  return (
    <ul className="notices">
      {shown.map((notice) => (
        <li key={notice} className="notice">
          <Info aria-hidden />
          <span>{notice}</span>
          <button
            type="button"
            className="icon-button"
            aria-label={`Dismiss: ${notice}`}
            onClick={() => setDismissed([...dismissed, notice])}
          >
            <X aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}
