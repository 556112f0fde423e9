import { X_UNITS, Y_UNITS } from "../lib/mercator";

/** 32-bit numbers of a piece: x and y where it begins and where it ends, and when it ended. */
export const SEGMENT_SIZE = 5;
const FIRST_ROOM = 4096;
export const MOST_SEGMENTS = 2 ** 18; // 5 MB, and half a minute of 10,000 devices that report once a second

/** Seconds for which the way of a marker stays visible. */
export const TRAIL_DURATION = 120;

/** From the first piece that changed up to the last. */
export interface ChangedSegments {
  readonly first: number;
  readonly end: number;
}

/** The ways that markers went on the map, of all devices together; at its limit the newest piece replaces the oldest. */
export class TrailRing {
  /** Ms of the clock that markers move by; times are seconds after it. */
  readonly epoch: number;
  count = 0;
  places = new Int32Array(FIRST_ROOM * SEGMENT_SIZE);
  #times = new Float32Array(this.places.buffer);
  readonly #most: number;
  #next = 0;
  #changed: ChangedSegments = { first: 0, end: 0 };

  constructor(epoch: number, most = MOST_SEGMENTS) {
    this.epoch = epoch;
    this.#most = most;
  }

  /** In world units, which may lie beyond 0 to 1 around the 180th meridian. A piece that leads nowhere is none. */
  add(fromX: number, fromY: number, toX: number, toY: number, now: number): void {
    if (fromX === toX && fromY === toY) return;
    if (this.#next === this.#most) this.#next = 0;
    const at = this.#next * SEGMENT_SIZE;
    if (at === this.places.length) this.#grow();
    this.places[at] = Math.round(fromX * X_UNITS) | 0;
    this.places[at + 1] = Math.round(fromY * Y_UNITS) | 0;
    this.places[at + 2] = Math.round(toX * X_UNITS) | 0;
    this.places[at + 3] = Math.round(toY * Y_UNITS) | 0;
    this.#times[at + 4] = (now - this.epoch) / 1000;
    const { first, end } = this.#changed;
    this.#next += 1;
    this.#changed =
      first === end
        ? { first: this.#next - 1, end: this.#next }
        : { first: Math.min(first, this.#next - 1), end: Math.max(end, this.#next) };
    this.count = Math.max(this.count, this.#next);
  }

  /** The piece that was added so many before the last. */
  newest(back: number): number {
    return (this.#next - 1 - back + this.count) % this.count;
  }

  /** Seconds after `epoch` when a piece ended. */
  endedAt(piece: number): number {
    return this.#times[piece * SEGMENT_SIZE + 4] ?? 0;
  }

  /** The segments added since the last call. */
  drainChanged(): ChangedSegments {
    const taken = this.#changed;
    this.#changed = { first: 0, end: 0 };
    return taken;
  }

  #grow(): void {
    const larger = new Int32Array(Math.min(this.#most * SEGMENT_SIZE, this.places.length * 2));
    larger.set(this.places);
    this.places = larger;
    this.#times = new Float32Array(larger.buffer);
  }
}
