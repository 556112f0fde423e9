import type { DeviceStore } from "../../fleet/deviceStore";
import { shortestTurn } from "../../lib/turn";
import type { FrameView } from "../view/frameView";
import { worldCopies } from "../view/frameView";

const OVERSCAN = 40; // pixels beyond the edge, so that a marker is not cut off
const STILL = 0;

/** Where a device shows in a view, once for each copy of the world; in pixels. */
export function placesOf(store: DeviceStore, row: number, view: FrameView, now: number): [x: number, y: number][] {
  if (store.isHidden(row)) return [];
  const y = view.height / 2 + (store.glides.y(row, now) - view.centreY) * view.scale;
  if (y < -OVERSCAN || y > view.height + OVERSCAN) return [];
  const fromCentre = store.glides.x(row, now) - view.centreX;
  const copies = worldCopies(view);
  const found: [number, number][] = [];
  for (let copy = -copies; copy <= copies; copy += 1) {
    const x = view.width / 2 + (fromCentre - Math.round(fromCentre) + copy) * view.scale;
    if (x >= -OVERSCAN && x <= view.width + OVERSCAN) found.push([x, y]);
  }
  return found;
}

/** The markers of one frame in columns, grown by doubling and used again for the next. */
export class VisibleMarkers {
  count = 0;
  row = new Int32Array(0);
  x = new Float32Array(0); // pixels from the left
  y = new Float32Array(0);
  status = new Uint8Array(0);
  /** Of the fastest marker, in pixels per ms: it determines when a new frame would look different. */
  speed = 0;
  turning = false;

  /** Finds what is in view at a time of the page and of the server. */
  find(store: DeviceStore, view: FrameView, now: number, serverNow: number): void {
    this.count = 0;
    this.speed = STILL;
    this.turning = false;
    const copies = worldCopies(view);
    const { glides } = store;
    for (let row = 0; row < store.count; row += 1) {
      if (store.isHidden(row)) continue;
      const y = view.height / 2 + (glides.y(row, now) - view.centreY) * view.scale;
      if (y < -OVERSCAN || y > view.height + OVERSCAN) continue;
      const fromCentre = glides.x(row, now) - view.centreX;
      const nearest = fromCentre - Math.round(fromCentre);
      for (let copy = -copies; copy <= copies; copy += 1) {
        const x = view.width / 2 + (nearest + copy) * view.scale;
        if (x < -OVERSCAN || x > view.width + OVERSCAN) continue;
        this.#add(row, x, y, store.statusAt(row, serverNow));
        this.#noteMotion(store, row, view.scale, now);
      }
    }
  }

  /** The nearest within so many pixels, or -1. */
  nearest(x: number, y: number, radius: number): number {
    let best = -1;
    let bestSquare = radius * radius;
    for (let i = 0; i < this.count; i += 1) {
      const dx = (this.x[i] ?? 0) - x;
      const dy = (this.y[i] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square <= bestSquare) {
        best = i;
        bestSquare = square;
      }
    }
    return best;
  }

  /** All within so many pixels, nearest first. */
  within(x: number, y: number, radius: number): number[] {
    const distance = (i: number): number => Math.hypot((this.x[i] ?? 0) - x, (this.y[i] ?? 0) - y);
    return this.#those((i) => distance(i) <= radius).sort((a, b) => distance(a) - distance(b));
  }

  inBox(corner: readonly [x: number, y: number], opposite: readonly [x: number, y: number]): number[] {
    const isBetween = (value = 0, a: number, b: number): boolean => value >= Math.min(a, b) && value <= Math.max(a, b);
    return this.#those(
      (i) => isBetween(this.x[i], corner[0], opposite[0]) && isBetween(this.y[i], corner[1], opposite[1]),
    );
  }

  #those(are: (i: number) => boolean): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.count; i += 1) if (are(i)) found.push(i);
    return found;
  }

  #noteMotion(store: DeviceStore, row: number, scale: number, now: number): void {
    const { glides } = store;
    if (!glides.isMoving(row, now)) return;
    const duration = glides.duration[row] ?? 0;
    const start = glides.start[row] ?? 0;
    const dx = (glides.toX[row] ?? 0) - (glides.fromX[row] ?? 0);
    const dy = (glides.toY[row] ?? 0) - (glides.fromY[row] ?? 0);
    const across = dx - Math.round(dx);
    // Not Math.hypot, as in lib/mercator.ts.
    const speed = (Math.sqrt(across * across + dy * dy) * scale) / duration;
    if (speed > this.speed) this.speed = speed;
    if (this.turning || now - start > 500) return;
    this.turning = Math.abs(shortestTurn(glides.fromCourse[row] ?? 0, glides.toCourse[row] ?? 0)) > 4;
  }

  #add(row: number, x: number, y: number, status: number): void {
    const i = this.count;
    if (i >= this.row.length) this.#grow();
    this.row[i] = row;
    this.x[i] = x;
    this.y[i] = y;
    this.status[i] = status;
    this.count += 1;
  }

  #grow(): void {
    const capacity = Math.max(1024, this.row.length * 2);
    const { row, x, y, status } = this;
    this.row = new Int32Array(capacity);
    this.x = new Float32Array(capacity);
    this.y = new Float32Array(capacity);
    this.status = new Uint8Array(capacity);
    this.row.set(row);
    this.x.set(x);
    this.y.set(y);
    this.status.set(status);
  }
}
