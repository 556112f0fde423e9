import type { MouseEvent } from "react";
import { t } from "../i18n/t";

export const MAP_ID = "map";

/** The first thing that Tab reaches. */
export function SkipLink() {
  function skip(event: MouseEvent): void {
    // The fragment of the address belongs to the view of the map.
    event.preventDefault();
    document.getElementById(MAP_ID)?.focus();
  }
  return (
    <a className="skip-link" href={`#${MAP_ID}`} onClick={skip}>
      {t("Skip to the map")}
    </a>
  );
}
