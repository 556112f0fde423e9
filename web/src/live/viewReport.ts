import { latitudeOf, longitudeOf } from "../lib/mercator";
import type { ReportedView } from "./resumption";

const MARGIN = 0.1; // of the width and height, so that markers enter smoothly
const WASTE = 2.5; // times the visible width that may still be reported after zooming in
const CLOSER = 0.99; // levels of zoom: a whole one, but for the rounding of a logarithm

/** What is visible, in world units; `west` and `east` may lie in other copies of the world. */
export interface VisibleArea {
  readonly west: number;
  readonly east: number;
  readonly north: number;
  readonly south: number;
  readonly zoom: number;
}

/** The same area with the margin around it. */
export function withMargin(area: VisibleArea): VisibleArea {
  const x = (area.east - area.west) * MARGIN;
  const y = (area.south - area.north) * MARGIN;
  return {
    west: area.west - x,
    east: area.east + x,
    north: Math.max(0, area.north - y),
    south: Math.min(1, area.south + y),
    zoom: area.zoom,
  };
}

/** Whether the server needs a new view message for the visible area, given the reported one. */
export function needsReport(reported: VisibleArea | null, visible: VisibleArea): boolean {
  if (!reported) return true;
  const inside = visible.west >= reported.west && visible.east <= reported.east;
  const within = Math.max(0, visible.north) >= reported.north && Math.min(1, visible.south) <= reported.south;
  if (!inside || !within || reported.east - reported.west > WASTE * (visible.east - visible.west)) return true;
  // The server leaves out moves of less than a pixel at the reported zoom.
  return visible.zoom - reported.zoom >= CLOSER;
}

export function viewOf(area: VisibleArea): ReportedView {
  const wholeWorld = area.east - area.west >= 1;
  const west = wholeWorld ? -180 : longitudeOf(area.west);
  const east = wholeWorld ? 180 : longitudeOf(area.east);
  // The poles are off the map, yet devices there belong to a view that reaches its edge.
  const north = area.north <= 0 ? 90 : latitudeOf(area.north);
  const south = area.south >= 1 ? -90 : latitudeOf(area.south);
  const degrees = [west, south, east, north].map((value) => Math.round(value * 1e6) / 1e6);
  const [w = -180, s = -90, e = 180, n = 90] = degrees;
  return { bbox: [w, s, e, n], zoom: Math.max(0, Math.round(area.zoom * 100) / 100) };
}
