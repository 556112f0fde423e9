import type { Timeline } from "../api/timeline";
import { barScale } from "../charts/barScale";
import type { TimeRange } from "../lib/timeRange";

interface HistogramBarsProps {
  readonly timeline: Timeline;
  /** What the place is wide. The bin that it ends in is drawn up to there. */
  readonly window: TimeRange;
}

/** One bar for each bin, for the eye alone. */
export function HistogramBars({ timeline: { positions, start, length }, window }: HistogramBarsProps) {
  const greatest = Math.max(...positions);
  const [first, width] = [(window.from - start) / length, (window.to - window.from) / length];
  return (
    <svg className="histogram-bars" viewBox={`${first} 0 ${width} 1`} preserveAspectRatio="none" aria-hidden="true">
      {positions.map((count, bin) => {
        // A bin that is not empty is seen: bars are less than 50 pixels high.
        const height = count === 0 ? 0 : Math.max(0.05, barScale(count, greatest));
        // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
        return <rect key={bin} x={bin + 0.05} y={1 - height} width={0.9} height={height} data-count={count} />;
      })}
    </svg>
  );
}
