import type { Config } from "../../api/config";
import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { basemapCredits } from "../../map/basemap/basemapCredits";
import type { Padding } from "../../map/view/padding";
import { MapDock } from "../../timebar/MapDock";
import { ConnectionBanner } from "../connection/ConnectionBanner";
import { BasemapNotice } from "./BasemapNotice";
import { Credits } from "./Credits";
import { EmptyFleet } from "./EmptyFleet";
import { GroupBar } from "./GroupBar";
import { HoverCard } from "./HoverCard";
import { MapControls } from "./MapControls";
import { MapElement } from "./MapElement";
import { MeasureCard } from "./MeasureCard";
import { NewVersionBanner } from "./NewVersionBanner";
import { Notices } from "./Notices";
import { PopupCard } from "./PopupCard";
import { StoredPositionCard } from "./StoredPositionCard";

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
      <StoredPositionCard />
      <EmptyFleet />
      <PopupCard />
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
