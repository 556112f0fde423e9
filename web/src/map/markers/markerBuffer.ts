import type { DeviceStore } from "../../fleet/deviceStore";
import { X_UNITS, Y_UNITS } from "../../lib/mercator";

/** Bytes of a device in the buffer; the offsets of its fields are in `FIELDS`. */
export const STRIDE = 48;
export const FIELDS = { from: 0, to: 8, time: 16, course: 28, staleAt: 36, bornAt: 40, look: 44 } as const;

/** In place of whether its kind is shown. */
export const HIDDEN = 2;

const REBASE_AFTER = 3_600_000; // ms; floats of 32 bits lose milliseconds after some hours
const FIRST_ROWS = 1024;

/** From the first byte that changed up to the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The devices of a store as the graphics card takes them: a row each, times in seconds after `epoch`. */
export class MarkerBuffer {
  /** Ms of the clock that markers move by. */
  epoch = 0;
  bytes = new ArrayBuffer(0);
  #view = new DataView(this.bytes);

  /** Takes what has changed in the store; null where nothing has. The whole buffer may be another one afterwards. */
  update(store: DeviceStore, now: number, serverNow: number): Span | null {
    const rebase = Math.abs(now - this.epoch) > REBASE_AFTER; // a clock of the past goes back, too
    const changed = store.drainChanged();
    if (rebase) this.epoch = now;
    if (rebase || changed === "all" || store.count * STRIDE > this.bytes.byteLength) {
      this.#grow(store.count);
      for (let row = 0; row < store.count; row += 1) this.#write(store, row, now, serverNow);
      return { start: 0, end: store.count * STRIDE };
    }
    return this.#writeSome(store, changed, now, serverNow);
  }

  #writeSome(store: DeviceStore, rows: readonly number[], now: number, serverNow: number): Span | null {
    let first = store.count;
    let last = -1;
    for (const row of rows) {
      if (row >= store.count) continue; // it was removed
      this.#write(store, row, now, serverNow);
      if (row < first) first = row;
      if (row > last) last = row;
    }
    return last < first ? null : { start: first * STRIDE, end: (last + 1) * STRIDE };
  }

  #grow(count: number): void {
    const needed = count * STRIDE;
    if (needed <= this.bytes.byteLength) return;
    const rows = Math.max(FIRST_ROWS, 2 ** Math.ceil(Math.log2(count)));
    this.bytes = new ArrayBuffer(rows * STRIDE);
    this.#view = new DataView(this.bytes);
  }

  #write(store: DeviceStore, row: number, now: number, serverNow: number): void {
    const { glides } = store;
    const at = row * STRIDE;
    const duration = glides.duration[row] ?? 0;
    const whole = (value: number | undefined, units: number): number => Math.round((value ?? 0) * units) | 0;
    const set = (offset: number, value: number): void => this.#view.setFloat32(at + offset, value, true);
    this.#view.setInt32(at + FIELDS.from, whole(duration ? glides.fromX[row] : glides.toX[row], X_UNITS), true);
    this.#view.setInt32(at + FIELDS.from + 4, whole(duration ? glides.fromY[row] : glides.toY[row], Y_UNITS), true);
    this.#view.setInt32(at + FIELDS.to, whole(glides.toX[row], X_UNITS), true);
    this.#view.setInt32(at + FIELDS.to + 4, whole(glides.toY[row], Y_UNITS), true);
    set(FIELDS.time, ((glides.start[row] ?? 0) - this.epoch) / 1000);
    set(FIELDS.time + 4, duration / 1000);
    set(FIELDS.time + 8, (glides.overrun[row] ?? 0) / 1000);
    set(FIELDS.course, glides.fromCourse[row] ?? -1);
    set(FIELDS.course + 4, glides.toCourse[row] ?? -1);
    set(FIELDS.staleAt, (now - this.epoch + store.timeUntilStale(row, serverNow)) / 1000);
    set(FIELDS.bornAt, ((glides.appearedAt[row] ?? 0) - this.epoch) / 1000);
    this.#view.setUint8(at + FIELDS.look, store.status[row] ?? 0);
    this.#view.setUint8(at + FIELDS.look + 1, store.isHidden(row) ? HIDDEN : Number(store.isKindShown(row)));
    this.#view.setUint8(at + FIELDS.look + 2, store.colour[row] ?? 0);
  }
}
