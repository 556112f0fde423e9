import { downsample, GAP, insertGaps, type Moment } from "../charts/timeSeries";
import { metresBetween, worldX, worldY } from "../lib/mercator";

const MOST_MOMENTS = 600; // more than a panel is wide
const SHORTEST = 30_000; // ms over which the error of two places matters little
const FASTEST = 400; // m/s; what is faster is an error, as the server has it

interface TrackFix {
  readonly time: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly speed?: number | undefined;
}

export interface SpeedSeries {
  /** As many as a chart can show; null where nothing is known. */
  readonly moments: readonly Moment[];
  /** How many of all are known. */
  readonly known: number;
  /** Whether some are worked out from places, because none was reported there. */
  readonly derived: boolean;
}

/** The speeds along a track, oldest first: as they were reported, and else from the way in the half minute before. */
export function speedSeries(points: readonly TrackFix[]): SpeedSeries {
  const derived = derivedSpeeds(points);
  const moments = points.map(({ time, speed }, i): Moment => ({ time, value: speed ?? derived[i] ?? null }));
  return {
    moments: downsample(insertGaps(moments), MOST_MOMENTS),
    known: moments.filter(({ value }) => value !== null).length,
    derived: points.some(({ speed }, i) => speed === undefined && derived[i] !== null),
  };
}

/** From the newest point that is long enough ago, or the first since it was silent, which itself has none. */
function derivedSpeeds(points: readonly TrackFix[]): (number | null)[] {
  let from = 0;
  return points.map((point, i) => {
    if (i > 0 && point.time - (points[i - 1]?.time ?? 0) > GAP) from = i;
    while (from + 1 < i && point.time - (points[from + 1]?.time ?? 0) >= SHORTEST) from += 1;
    const start = points[from];
    return start && start.time < point.time ? between(start, point) : null;
  });
}

function between(from: TrackFix, to: TrackFix): number | null {
  const [x0, y0, x1, y1] = [worldX(from.longitude), worldY(from.latitude), worldX(to.longitude), worldY(to.latitude)];
  const speed = (metresBetween(x0, y0, x1, y1) * 1000) / (to.time - from.time);
  return speed <= FASTEST ? speed : null;
}
