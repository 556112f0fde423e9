import type { DeviceStore } from "../../fleet/deviceStore";
import { SEGMENT_SIZE, type TrailRing } from "../../fleet/trailRing";
import { X_UNITS, Y_UNITS } from "../../lib/mercator";
import type { FrameView } from "../view/frameView";
import { LINE_WIDTH, LOOKAHEAD, LOOKAHEAD_OPACITY, TRAIL_OPACITY } from "./lineStyle";
import type { VisibleMarkers } from "./visibleMarkers";

const STEPS = 6; // of opacity: a line of many pieces is drawn at once
const MOST_DRAWN = 20_000; // pieces, the newest

/** Paints the ways that markers went, as the graphics card does where there is one. */
export function paintTrails(
  context: CanvasRenderingContext2D,
  view: FrameView,
  { ring, lasts, now }: { ring: TrailRing; lasts: number; now: number },
): void {
  const seconds = (now - ring.epoch) / 1000;
  const paths = Array.from({ length: STEPS }, () => new Path2D());
  for (let back = 0; back < Math.min(MOST_DRAWN, ring.count); back += 1) {
    const piece = ring.newest(back);
    const left = 1 - (seconds - ring.endedAt(piece)) / lasts;
    if (left <= 0) break; // those before ended earlier
    addPiece(paths[Math.min(STEPS - 1, Math.floor(left * STEPS))], view, ring.places, piece * SEGMENT_SIZE);
  }
  context.lineWidth = LINE_WIDTH;
  paths.forEach((path, step) => {
    context.globalAlpha = (TRAIL_OPACITY * (step + 1)) / STEPS;
    context.stroke(path);
  });
  context.globalAlpha = 1;
}

function addPiece(path: Path2D | undefined, view: FrameView, places: Int32Array, at: number): void {
  const [fromX = 0, fromY = 0, toX = 0, toY = 0] = places.subarray(at, at + 4);
  const fromCentre = toX / X_UNITS - view.centreX;
  const x = view.width / 2 + (fromCentre - Math.round(fromCentre)) * view.scale;
  const y = view.height / 2 + (toY / Y_UNITS - view.centreY) * view.scale;
  const across = (((toX - fromX) | 0) / X_UNITS) * view.scale;
  const down = ((toY - fromY) / Y_UNITS) * view.scale;
  const far = Math.hypot(across, down);
  if (x < -far || x > view.width + far || y < -far || y > view.height + far) return;
  path?.moveTo(x - across, y - down);
  path?.lineTo(x, y);
}

/** Paints the way that each marker has begun, or the one ahead of it. */
export function paintWays(
  context: CanvasRenderingContext2D,
  view: FrameView,
  { store, markers, now, ahead }: { store: DeviceStore; markers: VisibleMarkers; now: number; ahead: boolean },
): void {
  const { glides } = store;
  const path = new Path2D();
  for (let i = 0; i < markers.count; i += 1) {
    const row = markers.row[i] ?? 0;
    if (!store.matches(row, markers.status[i] ?? 0)) continue;
    const part = ahead ? glides.progressIn(row, LOOKAHEAD * 1000, now) : -glides.progress(row, now);
    const [across, down] = glides.delta(row);
    path.moveTo(markers.x[i] ?? 0, markers.y[i] ?? 0);
    path.lineTo((markers.x[i] ?? 0) + across * part * view.scale, (markers.y[i] ?? 0) + down * part * view.scale);
  }
  context.lineWidth = LINE_WIDTH;
  context.globalAlpha = ahead ? LOOKAHEAD_OPACITY : TRAIL_OPACITY;
  context.stroke(path);
  context.globalAlpha = 1;
}
