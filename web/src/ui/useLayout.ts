import { useSyncExternalStore } from "react";

/**
 * Desktop has two side panels, tablet one, mobile a bottom sheet. The widths are those of shell.css: 1100 and 768
 * pixels, in the unit of the text, so that larger text is given the layout of a smaller screen.
 */
export type Layout = "desktop" | "tablet" | "mobile";

const DESKTOP = "(min-width: 68.75em)";
const TABLET = "(min-width: 48em)";

function subscribe(listener: () => void): () => void {
  const queries = [matchMedia(DESKTOP), matchMedia(TABLET)];
  for (const query of queries) query.addEventListener("change", listener);
  return () => {
    for (const query of queries) query.removeEventListener("change", listener);
  };
}

function current(): Layout {
  if (matchMedia(DESKTOP).matches) return "desktop";
  return matchMedia(TABLET).matches ? "tablet" : "mobile";
}

export function useLayout(): Layout {
  return useSyncExternalStore(subscribe, current);
}
