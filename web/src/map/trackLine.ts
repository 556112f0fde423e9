import type { TrackPoint } from "../engine/types";

const GAP = 600_000; // ms without a fix: the way between is not known
const JUMP = 180; // degrees of longitude: the line goes over the 180th meridian

/** The pieces of a track that may be drawn as lines, as longitudes and latitudes. */
export function trackLines(points: readonly TrackPoint[]): [number, number][][] {
  const lines: [number, number][][] = [];
  let line: [number, number][] = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before && breaks(before, point)) {
      lines.push(line);
      line = [];
    }
    line.push([point.longitude, point.latitude]);
  });
  lines.push(line);
  return lines.filter((piece) => piece.length > 1);
}

function breaks(before: TrackPoint, point: TrackPoint): boolean {
  return point.time - before.time > GAP || Math.abs(point.longitude - before.longitude) > JUMP;
}
