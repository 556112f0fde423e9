import { type Extent, scaleFromCenter } from "ol/extent";
import type View from "ol/View";

const ROOM = 0.94; // share of what no panel covers: what is kept in view may not reach its edge

/** What no panel covers, without its edge, in map coordinates, once the map has come to rest at `centre`. */
export function freeExtent(view: View, centre: readonly number[] | undefined): Extent {
  const now = view.getCenter() ?? [0, 0];
  const extent = view.calculateExtent();
  scaleFromCenter(extent, ROOM);
  const [right, up] = [0, 1].map((axis) => (centre?.[axis] ?? now[axis] ?? 0) - (now[axis] ?? 0));
  const [west = 0, south = 0, east = 0, north = 0] = extent;
  return [west + (right ?? 0), south + (up ?? 0), east + (right ?? 0), north + (up ?? 0)];
}
