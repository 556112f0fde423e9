import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { DistanceBars } from "./DistanceBars";
import { FleetPie } from "./FleetPie";
import { LatencyCard } from "./LatencyCard";
import { RatesCard } from "./RatesCard";
import { SkeletonRows } from "./SkeletonRows";

/** The fleet in numbers, as the server counts them. */
export function OverviewPanel() {
  const stats = useReadable(useEngine().stats);
  if (stats === null) return <SkeletonRows />;
  return (
    <div className="overview">
      <FleetPie stats={stats} />
      <DistanceBars stats={stats} />
      <RatesCard stats={stats} />
      <LatencyCard stats={stats} />
    </div>
  );
}
