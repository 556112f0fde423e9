import { metresBetween, worldX, worldY } from "../../lib/mercator";
import { shortestTurn } from "../../lib/turn";
import type { TrackPoint } from "./trackState";

// As the server counts distance: what is beyond either is no leg.
const GAP = 600_000; // ms without a fix: the way between is not known
const TOP_SPEED = 400; // m/s
const JUMP = 180; // degrees of longitude: the short way leads over the 180th meridian

type LonLat = [longitude: number, latitude: number];

/** The pieces of a track that may be drawn as lines; one that passes the 180th meridian ends and begins again there. */
export function trackLines(points: readonly TrackPoint[]): LonLat[][] {
  const lines: LonLat[][] = [];
  let line: LonLat[] = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before && breaks(before, point)) {
      lines.push(line);
      line = [];
    } else if (before && Math.abs(point.longitude - before.longitude) > JUMP) {
      const [edge, latitude] = crossing(before, point);
      lines.push([...line, [edge, latitude]]);
      line = [[-edge, latitude]];
    }
    line.push([point.longitude, point.latitude]);
  });
  lines.push(line);
  return lines.filter((piece) => piece.length > 1);
}

function breaks(before: TrackPoint, point: TrackPoint): boolean {
  const time = point.time - before.time;
  return time > GAP || metresOf(before, point) > (TOP_SPEED * time) / 1000;
}

/** Where the short way between two places meets the 180th meridian, as seen from the first. */
function crossing(before: TrackPoint, point: TrackPoint): LonLat {
  const edge = before.longitude < 0 ? -180 : 180;
  const across = shortestTurn(before.longitude, point.longitude);
  const share = across === 0 ? 0 : (edge - before.longitude) / across;
  return [edge, before.latitude + share * (point.latitude - before.latitude)];
}

function metresOf(before: TrackPoint, point: TrackPoint): number {
  const [x0, y0] = [worldX(before.longitude), worldY(before.latitude)];
  return metresBetween(x0, y0, worldX(point.longitude), worldY(point.latitude));
}
