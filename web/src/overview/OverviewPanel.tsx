import { useEngine } from "../engine/useEngine";
import { useFleetCounts, useIsPast } from "../engine/useFleetCounts";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import { SkeletonRows } from "../ui/SkeletonRows";
import { DistanceBars } from "./DistanceBars";
import { FleetPie } from "./FleetPie";
import { LatencyCard } from "./LatencyCard";
import { RatesCard } from "./RatesCard";

/** The fleet in numbers, as the server counts them. */
export function OverviewPanel() {
  const engine = useEngine();
  const stats = useReadable(engine.stats);
  const counts = useFleetCounts();
  const past = useIsPast();
  if (stats === null || counts === null) return <SkeletonRows />;
  return (
    <div className="overview">
      <FleetPie counts={counts} time={stats.time} />
      {past && <p className="muted">{t("The figures below are current, not of the replay.")}</p>}
      <DistanceBars stats={stats} />
      <RatesCard stats={stats} />
      <LatencyCard stats={stats} />
    </div>
  );
}
