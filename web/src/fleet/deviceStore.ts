import { worldX, worldY } from "../lib/mercator";
import type { LivePosition, Status } from "../live/position";
import { STATUSES } from "../live/position";
import { type Colouring, colourCode } from "./colouring";
import type { Segment } from "./glides";
import { Glides } from "./glides";
import type { MapFilter } from "./mapFilter";

const STALE_AFTER = 300_000; // ms after a fix, in a replay or without `stale_at`; as in the server (model/contact.py)
const FIRST_CAPACITY = 1024;
const MOST_DEVICES = 200_000;
const MOST_KINDS = 256;
export const STALE = STATUSES.indexOf("stale");

/**
 * The newest position of every device that the server sent, one row each, rows without gaps.
 * At its limit it takes no further devices and counts them in `refused`.
 */
export class DeviceStore {
  readonly glides = new Glides();
  readonly positions: LivePosition[] = [];
  /** Of its newest fix, or of the end of a way that is known. */
  timestamp = new Float64Array(0);
  /** Server time from which on each is stale. */
  staleAt = new Float64Array(0);
  /** Index into STATUSES as reported; `statusAt` lets it go stale. */
  status = new Uint8Array(0);
  kind = new Uint8Array(0);
  /** See `colourCode`. */
  colour = new Uint8Array(0);
  refused = 0;
  readonly #rows = new Map<string, number>();
  readonly #kinds = new Map<string, number>([["", 0]]);
  readonly #limit: number;
  #colouring: Colouring = "status";
  /** By status, 1 where the filter lets it stand out. */
  readonly statusShown = new Float32Array(STATUSES.length).fill(1);
  /** Rows that changed since they were taken; null where all may have. */
  #changed: number[] | null = null;
  readonly #kindShown = new Uint8Array(MOST_KINDS).fill(1);
  #isolated: ReadonlySet<string> | null = null;
  #isKindShown: (kind: string) => boolean = () => true;

  constructor(limit = MOST_DEVICES) {
    this.#limit = limit;
  }

  get count(): number {
    return this.positions.length;
  }

  row(deviceId: string): number | undefined {
    return this.#rows.get(deviceId);
  }

  /** Merges; a position that is older than what is known of its device changes nothing. */
  update(positions: readonly LivePosition[], now: number): void {
    for (const position of positions) {
      const row = this.#rows.get(position.device_id);
      if (row === undefined) this.#add(position, now);
      else if (position.timestamp >= (this.timestamp[row] ?? 0)) this.#move(row, position, now);
    }
  }

  /** Makes the store hold these and no others; a device that stays goes on gliding. */
  replace(positions: readonly LivePosition[], now: number): void {
    const newest = new Map<string, LivePosition>();
    for (const position of positions) {
      const other = newest.get(position.device_id);
      if (!other || position.timestamp >= other.timestamp) newest.set(position.device_id, position);
    }
    for (let row = this.count - 1; row >= 0; row -= 1) {
      const held = this.positions[row];
      if (held && !newest.has(held.device_id)) this.#remove(row);
    }
    for (const position of newest.values()) {
      const row = this.#rows.get(position.device_id);
      if (row === undefined) this.#add(position, now);
      else this.#move(row, position, now);
    }
  }

  /** Moves a device of a replay from one fix, where `position` is, to the next; without one it becomes stale. */
  playSegment(position: LivePosition, segment: Segment): void {
    const known = this.#rows.get(position.device_id);
    if (known === undefined) this.#add(position, position.timestamp);
    else this.#write(known, position);
    const row = known ?? this.#rows.get(position.device_id);
    if (row === undefined) return;
    if (segment.end) {
      this.timestamp[row] = segment.end.time;
      this.staleAt[row] = segment.end.time + STALE_AFTER;
    }
    this.glides.playSegment(row, segment);
  }

  /** Does nothing when the store does not hold it. */
  remove(deviceId: string): void {
    const row = this.#rows.get(deviceId);
    if (row !== undefined) this.#remove(row);
  }

  /** What it is at a time of the server. */
  statusAt(row: number, serverNow: number): number {
    return serverNow > (this.staleAt[row] ?? 0) ? STALE : (this.status[row] ?? STALE);
  }

  /** The position with its status at that time. */
  positionAt(row: number, serverNow: number): LivePosition | null {
    const position = this.positions[row];
    if (!position) return null;
    const status = STATUSES[this.statusAt(row, serverNow)] ?? "stale";
    return status === position.status ? position : { ...position, status };
  }

  setFilter(filter: MapFilter, isNamedKind: (kind: string) => boolean): void {
    const { statuses, kinds } = filter;
    STATUSES.forEach((status, code) => {
      this.statusShown[code] = !statuses || statuses.has(status) ? 1 : 0;
    });
    this.#isKindShown = (kind) => !kinds || kinds.has(kind) || (kinds.has("other") && !isNamedKind(kind));
    for (const [kind, code] of this.#kinds) this.#kindShown[code] = this.#isKindShown(kind) ? 1 : 0;
    this.markAllChanged();
  }

  setColouring(colouring: Colouring): void {
    this.#colouring = colouring;
    this.positions.forEach((position, row) => {
      this.colour[row] = colourCode(colouring, position);
    });
    this.markAllChanged();
  }

  /** Whether the filter leaves a device of this status and the kind of this row undimmed. */
  matches(row: number, status: number): boolean {
    return this.statusShown[status] === 1 && this.isKindShown(row);
  }

  /** Shows these alone; null shows all. */
  isolate(deviceIds: ReadonlySet<string> | null): void {
    this.#isolated = deviceIds;
    this.markAllChanged();
  }

  isHidden(row: number): boolean {
    return this.#isolated !== null && !this.#isolated.has(this.positions[row]?.device_id ?? "");
  }

  /** Those that the filter leaves undimmed. */
  shown(serverNow: number): LivePosition[] {
    return this.positions.filter((_, row) => !this.isHidden(row) && this.matches(row, this.statusAt(row, serverNow)));
  }

  isKindShown(row: number): boolean {
    return this.#kindShown[this.kind[row] ?? 0] === 1;
  }

  /** Ms until it goes stale; below 0 where it is. */
  timeUntilStale(row: number, serverNow: number): number {
    return (this.staleAt[row] ?? 0) - serverNow;
  }

  /** Rows that changed since the last call; some may appear twice, or be removed since. */
  drainChanged(): readonly number[] | "all" {
    const taken = this.#changed ?? "all";
    this.#changed = [];
    return taken;
  }

  /** Every copy of the rows must be rebuilt. */
  markAllChanged(): void {
    this.#changed = null;
  }

  #add(position: LivePosition, now: number): void {
    const row = this.count;
    if (row >= this.#limit) {
      this.refused += 1;
      return;
    }
    if (row >= this.glides.capacity) this.#grow();
    this.#rows.set(position.device_id, row);
    this.#write(row, position);
    const { longitude, latitude, course } = position;
    this.glides.place(row, worldX(longitude), worldY(latitude), course, now);
  }

  #move(row: number, position: LivePosition, now: number): void {
    const fixInterval = position.timestamp - (this.timestamp[row] ?? position.timestamp);
    const before = this.positions[row];
    this.#write(row, position);
    // The same fix again, as in the snapshot after a pan, must not restart the glide.
    if (fixInterval === 0 && before && samePlace(before, position)) return;
    const { longitude, latitude, course } = position;
    this.glides.move(row, worldX(longitude), worldY(latitude), course, now, fixInterval);
    if (position.status === "moving") this.glides.extend(row);
  }

  #write(row: number, position: LivePosition): void {
    this.positions[row] = position;
    this.timestamp[row] = position.timestamp;
    this.staleAt[row] = position.stale_at ?? position.timestamp + STALE_AFTER;
    this.status[row] = statusCode(position.status);
    this.kind[row] = this.#kindCode(position.kind ?? "");
    this.colour[row] = colourCode(this.#colouring, position);
    this.#markChanged(row);
  }

  #markChanged(row: number): void {
    if (!this.#changed) return;
    // Without a reader they must not accumulate.
    if (this.#changed.length >= 2 * this.count + FIRST_CAPACITY) this.#changed = null;
    else this.#changed.push(row);
  }

  #kindCode(kind: string): number {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    // Past the limit a kind is drawn as if it were not known.
    if (this.#kinds.size >= MOST_KINDS) return 0;
    const code = this.#kinds.size;
    this.#kinds.set(kind, code);
    this.#kindShown[code] = this.#isKindShown(kind) ? 1 : 0;
    return code;
  }

  #remove(row: number): void {
    const last = this.count - 1;
    const removed = this.positions[row];
    const moved = this.positions[last];
    if (!removed || !moved) return;
    this.glides.copy(last, row);
    this.#rows.set(moved.device_id, row);
    this.#rows.delete(removed.device_id);
    const [timestamp, staleAt] = [this.timestamp[last] ?? 0, this.staleAt[last] ?? 0];
    this.#write(row, moved);
    this.timestamp[row] = timestamp;
    this.staleAt[row] = staleAt;
    this.positions.pop();
  }

  #grow(): void {
    const capacity = Math.min(this.#limit, Math.max(FIRST_CAPACITY, this.glides.capacity * 2));
    this.glides.grow(capacity);
    const timestamp = new Float64Array(capacity);
    const status = new Uint8Array(capacity);
    const kind = new Uint8Array(capacity);
    const staleAt = new Float64Array(capacity);
    timestamp.set(this.timestamp);
    staleAt.set(this.staleAt);
    status.set(this.status);
    kind.set(this.kind);
    const colour = new Uint8Array(capacity);
    colour.set(this.colour);
    Object.assign(this, { timestamp, staleAt, status, kind, colour });
  }
}

function samePlace(a: LivePosition, b: LivePosition): boolean {
  return a.latitude === b.latitude && a.longitude === b.longitude;
}

function statusCode(status: Status): number {
  return STATUSES.indexOf(status);
}
