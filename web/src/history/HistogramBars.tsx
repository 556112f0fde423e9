import type { Timeline } from "../api/timeline";
import { barScale } from "../charts/barScale";

/** One bar for each bin, for the eye alone. */
export function HistogramBars({ timeline: { positions } }: { readonly timeline: Timeline }) {
  const greatest = Math.max(...positions);
  return (
    <svg className="histogram-bars" viewBox={`0 0 ${positions.length} 1`} preserveAspectRatio="none" aria-hidden="true">
      {positions.map((count, bin) => {
        // A bin that is not empty is seen: bars are less than 50 pixels high.
        const height = count === 0 ? 0 : Math.max(0.05, barScale(count, greatest));
        // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
        return <rect key={bin} x={bin + 0.05} y={1 - height} width={0.9} height={height} data-count={count} />;
      })}
    </svg>
  );
}
