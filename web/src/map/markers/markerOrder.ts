import { STATUSES } from "../../live/position";
import type { MarkerBuffer } from "./markerBuffer";
import { FIELDS, HIDDEN, STRIDE } from "./markerBuffer";

const STALE = STATUSES.indexOf("stale");
const NOT_DRAWN = 255;

/** Codes of statuses; later ones are drawn above, so that stopped devices do not hide moving ones. */
export const DRAWING_ORDER = (["stale", "stopped", "idle", "moving"] as const).map((name) => STATUSES.indexOf(name));

/** Rows of a marker buffer by their status, so that each status is one draw of its own program. */
export class MarkerOrder {
  rows = new Uint32Array(0);
  /** By status, where its rows begin in `rows`, and how many there are. */
  readonly first = new Uint32Array(STATUSES.length);
  readonly count = new Uint32Array(STATUSES.length);
  #drawnAs = new Uint8Array(0);
  #sorted = 0;
  // Between these two times, in s, nothing goes stale, nor comes back where time runs backwards.
  #since = Number.POSITIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;

  /** Whether rows that did not change since need no other order; `now` in s after the buffer's epoch. */
  holds(rows: number, now: number): boolean {
    return rows === this.#sorted && now > this.#since && now <= this.#until;
  }

  /** Sorts the first rows of the buffer. */
  sort(buffer: MarkerBuffer, rows: number, now: number): void {
    if (this.rows.length < rows) {
      this.rows = new Uint32Array(buffer.bytes.byteLength / STRIDE);
      this.#drawnAs = new Uint8Array(this.rows.length);
    }
    this.#sorted = rows;
    this.#update(new DataView(buffer.bytes), rows, now);
    const next = this.#restart();
    for (let row = 0; row < rows; row += 1) {
      const status = this.#drawnAs[row] ?? NOT_DRAWN;
      if (status === NOT_DRAWN) continue;
      const place = next[status] ?? 0;
      this.rows[place] = row;
      next[status] = place + 1;
    }
  }

  #update(view: DataView, rows: number, now: number): void {
    this.count.fill(0);
    this.#since = Number.NEGATIVE_INFINITY;
    this.#until = Number.POSITIVE_INFINITY;
    for (let row = 0; row < rows; row += 1) {
      const at = row * STRIDE;
      const staleAt = view.getFloat32(at + FIELDS.staleAt, true);
      if (now > staleAt) this.#since = Math.max(this.#since, staleAt);
      else this.#until = Math.min(this.#until, staleAt);
      const isHidden = view.getUint8(at + FIELDS.look + 1) === HIDDEN;
      const status = now > staleAt ? STALE : view.getUint8(at + FIELDS.look);
      this.#drawnAs[row] = isHidden ? NOT_DRAWN : status;
      if (!isHidden) this.count[status] = (this.count[status] ?? 0) + 1;
    }
  }

  /** Where the next row of each status goes. */
  #restart(): Uint32Array {
    let place = 0;
    for (const status of DRAWING_ORDER) {
      this.first[status] = place;
      place += this.count[status] ?? 0;
    }
    return this.first.slice();
  }
}
