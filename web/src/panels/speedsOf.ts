import { type Moment, thinned, withGaps } from "../charts/timeSeries";

const MOST_MOMENTS = 600; // more than a panel is wide

/** The speeds along a track, as many as a chart can show. */
export function speedsOf(points: readonly { readonly time: number; readonly speed?: number | undefined }[]) {
  const known = points.flatMap(({ time, speed }): Moment[] => (speed === undefined ? [] : [{ time, value: speed }]));
  return thinned(withGaps(known), MOST_MOMENTS);
}
