import type { Place } from "../../lib/place";
import { shortestTurn } from "../../lib/turn";

const STEP = 1; // degrees of arc, at most, between two points of what is drawn

/** Longitudes and latitudes along the shortest way over a sphere; longitudes go on past 180 where the way does. */
export function greatCircle(from: Place, to: Place): [longitude: number, latitude: number][] {
  const [a, b] = [vector(from), vector(to)];
  const angle = Math.acos(Math.min(1, Math.max(-1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  const steps = Math.max(1, Math.ceil((angle * 180) / Math.PI / STEP));
  const line: [number, number][] = [];
  for (let step = 0; step <= steps; step += 1) line.push(between(a, b, angle, step / steps));
  let last = from.longitude;
  return line.map(([longitude, latitude]) => {
    last += shortestTurn(last, longitude);
    return [last, latitude];
  });
}

type Vector = readonly [x: number, y: number, z: number];

function between(a: Vector, b: Vector, angle: number, share: number): [number, number] {
  const sin = Math.sin(angle);
  const [p, q] = sin === 0 ? [1 - share, share] : [Math.sin((1 - share) * angle) / sin, Math.sin(share * angle) / sin];
  const [x, y, z] = [p * a[0] + q * b[0], p * a[1] + q * b[1], p * a[2] + q * b[2]];
  return [(Math.atan2(y, x) * 180) / Math.PI, (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI];
}

function vector({ longitude, latitude }: Place): Vector {
  const [lon, lat] = [(longitude * Math.PI) / 180, (latitude * Math.PI) / 180];
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
}
