import { metresBetween, worldX, worldY } from "../engine/mercator";
import type { TrackPoint } from "../engine/types";

// As the server counts distance: what is beyond either is no leg.
const GAP = 600_000; // ms without a fix: the way between is not known
const TOP_SPEED = 400; // m/s
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
  const time = point.time - before.time;
  if (time > GAP || Math.abs(point.longitude - before.longitude) > JUMP) return true;
  return metresOf(before, point) > (TOP_SPEED * time) / 1000;
}

function metresOf(before: TrackPoint, point: TrackPoint): number {
  const [x0, y0] = [worldX(before.longitude), worldY(before.latitude)];
  return metresBetween(x0, y0, worldX(point.longitude), worldY(point.latitude));
}
