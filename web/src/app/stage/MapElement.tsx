import { useEffect, useRef } from "react";
import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import type { Padding } from "../../map/view/padding";
import { MAP_ID } from "../../ui/SkipLink";

/** What the engine draws its map in. */
export function MapElement({ padding }: { readonly padding: Padding }) {
  const engine = useEngine();
  const map = useRef<HTMLDivElement>(null);
  // Before the map is mounted, which fits its first view into what is free.
  useEffect(() => engine.setPadding(padding), [engine, padding]);
  useEffect(() => {
    if (map.current !== null) engine.mount(map.current);
  }, [engine]);
  return (
    <div
      ref={map}
      id={MAP_ID}
      className="map"
      role="application"
      aria-label={t("Map. Arrow keys move it, plus and minus zoom.")}
    />
  );
}
