import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { DistanceBars } from "./DistanceBars";
import { FleetPie } from "./FleetPie";
import { RatesCard } from "./RatesCard";
import { SkeletonRows } from "./SkeletonRows";

/** The fleet in numbers, as the server counts them once a second. */
export function OverviewPanel() {
  const stats = useReadable(useEngine().stats);
  if (stats === null) return <SkeletonRows />;
  return (
    <div className="overview">
      <FleetPie stats={stats} />
      <DistanceBars stats={stats} />
      <RatesCard stats={stats} />
    </div>
  );
}
