import { useEffect, useRef } from "react";
import type { Config, Padding } from "../engine/types";
import { MapDock } from "../history/MapDock";
import { StoredCard } from "../history/StoredCard";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { basemapCredits } from "../map/basemapCredits";
import { t } from "../words/t";
import { BasemapNotice } from "./BasemapNotice";
import { ConnectionBanner } from "./ConnectionBanner";
import { Credits } from "./Credits";
import { EmptyFleet } from "./EmptyFleet";
import { HoverCard } from "./HoverCard";
import { MapControls } from "./MapControls";
import { Notices } from "./Notices";
import { MAP_ID } from "./SkipLink";

interface MapStageProps {
  readonly config: Config;
  readonly padding: Padding;
}

/** The map and all that lies on it. What lies at its foot is one column, so that nothing there covers the credits. */
export function MapStage({ config, padding }: MapStageProps) {
  const engine = useEngine();
  const { shown } = useReadable(engine.basemap.state);
  const map = useRef<HTMLDivElement>(null);
  // Before the map is mounted, which fits its first view into what is free.
  useEffect(() => engine.setPadding(padding), [engine, padding]);
  useEffect(() => {
    if (map.current !== null) engine.mount(map.current);
  }, [engine]);
  return (
    <main className="stage" aria-label={t("Map")}>
      <div
        ref={map}
        id={MAP_ID}
        className="map"
        role="application"
        aria-label={t("Map. Arrow keys move it, plus and minus zoom.")}
      />
      <HoverCard />
      <StoredCard />
      <EmptyFleet />
      <div className="stage-over">
        <ConnectionBanner />
        <BasemapNotice />
        <MapControls />
        <div className="stage-cards">
          <MapDock />
          <Notices notices={config.notices} />
        </div>
        <Credits credits={[...basemapCredits(shown), ...config.attributions]} />
      </div>
    </main>
  );
}
