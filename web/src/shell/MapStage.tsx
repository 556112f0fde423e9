import { useEffect, useRef } from "react";
import type { Config, Padding } from "../engine/types";
import { MapDock } from "../history/MapDock";
import { useEngine } from "../hooks/useEngine";
import { ConnectionBanner } from "./ConnectionBanner";
import { EmptyFleet } from "./EmptyFleet";
import { HoverCard } from "./HoverCard";
import { MapControls } from "./MapControls";
import { Notices } from "./Notices";
import { MAP_ID } from "./SkipLink";

interface MapStageProps {
  readonly config: Config;
  readonly padding: Padding;
  readonly dockOpen: boolean;
  onDock(open: boolean): void;
}

/** The map and all that lies on it. */
export function MapStage({ config, padding, dockOpen, onDock }: MapStageProps) {
  const engine = useEngine();
  const map = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (map.current !== null) engine.mount(map.current);
  }, [engine]);
  useEffect(() => engine.setPadding(padding), [engine, padding]);
  return (
    <main className="stage" aria-label="Map">
      <div ref={map} id={MAP_ID} className="map" />
      <HoverCard />
      <div className="stage-top">
        <ConnectionBanner />
        <Notices notices={config.notices} />
      </div>
      <EmptyFleet />
      <MapDock open={dockOpen} onOpen={onDock} />
      <MapControls />
    </main>
  );
}
