import type { Config, Padding } from "../engine/types";
import { MapDock } from "../history/MapDock";
import { StoredCard } from "../history/StoredCard";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { basemapCredits } from "../map/basemapCredits";
import { GroupBar } from "../panels/GroupBar";
import { t } from "../words/t";
import { BasemapNotice } from "./BasemapNotice";
import { ConnectionBanner } from "./ConnectionBanner";
import { Credits } from "./Credits";
import { EmptyFleet } from "./EmptyFleet";
import { HoverCard } from "./HoverCard";
import { MapControls } from "./MapControls";
import { MapElement } from "./MapElement";
import { MeasureCard } from "./MeasureCard";
import { NewVersionBanner } from "./NewVersionBanner";
import { Notices } from "./Notices";
import { SpotCard } from "./SpotCard";

interface MapStageProps {
  readonly config: Config;
  readonly padding: Padding;
}

/** The map and all that lies on it. What lies at its foot is one column, so that nothing there covers the credits. */
export function MapStage({ config, padding }: MapStageProps) {
  const engine = useEngine();
  const { shown } = useReadable(engine.basemap.state);
  return (
    <main className="stage" aria-label={t("Map")}>
      <MapElement padding={padding} />
      <HoverCard />
      <StoredCard />
      <EmptyFleet />
      <SpotCard />
      <div className="stage-over">
        <ConnectionBanner />
        <BasemapNotice />
        <NewVersionBanner />
        <GroupBar />
        <MeasureCard />
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
