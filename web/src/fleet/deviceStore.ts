import { worldX, worldY } from "../lib/mercator";
import type { LivePosition, NamedDevice } from "../live/position";
import { MEASURES, STATUSES } from "../live/position";
import { PositionColumns } from "../live/positionColumns";
import { ChangedRows } from "./changedRows";
import { type Colouring, colourCode } from "./colouring";
import type { Segment } from "./glides";
import { Glides } from "./glides";
import { KindCodes } from "./kindCodes";
import type { MapFilter } from "./mapFilter";

const STALE_AFTER = 300_000; // ms after a fix, in a replay or without `stale_at`; as in the server (model/contact.py)
const FIRST_CAPACITY = 1024;
const MOST_DEVICES = 200_000;
export const STALE = STATUSES.indexOf("stale");
const MOVING = STATUSES.indexOf("moving");
const SPEED = MEASURES.indexOf("speed");
const COURSE = MEASURES.indexOf("course");
const STALE_AT = MEASURES.indexOf("stale_at");

/**
 * The newest position of every device that the server sent, one row each, rows without gaps.
 * At its limit it takes no further devices and counts them in `refused`.
 */
export class DeviceStore {
  readonly glides = new Glides();
  /** A row each; in a replay, where the present way of each begins. */
  readonly positions = new PositionColumns(0);
  /** Server time from which on each is stale. */
  staleAt = new Float64Array(0);
  kind = new Uint8Array(0);
  /** See `colourCode`. */
  colour = new Uint8Array(0);
  refused = 0;
  readonly #rows = new Map<string, number>();
  readonly #kinds = new KindCodes();
  readonly #limit: number;
  #colouring: Colouring = "status";
  /** By status, 1 where the filter lets it stand out. */
  readonly statusShown = new Float32Array(STATUSES.length).fill(1);
  readonly #changed = new ChangedRows();
  #isolated: ReadonlySet<string> | null = null;

  constructor(limit = MOST_DEVICES) {
    this.#limit = limit;
  }

  get count(): number {
    return this.positions.count;
  }

  /** Index into STATUSES as reported; `statusAt` lets it go stale. */
  get status(): Uint8Array {
    return this.positions.status;
  }

  row(deviceId: string): number | undefined {
    return this.#rows.get(deviceId);
  }

  deviceId(row: number): string {
    return this.positions.device(row).device_id;
  }

  /** The name of the device, or its id. */
  label(row: number): string {
    return this.positions.device(row).name ?? this.deviceId(row);
  }

  deviceIds(): string[] {
    return this.positions.devices.map(({ device_id }) => device_id);
  }

  /** Undefined for a device without one, and for one that the store does not hold. */
  deviceName(deviceId: string): string | undefined {
    return this.positions.devices[this.#rows.get(deviceId) ?? -1]?.name;
  }

  /** Merges; a position that is older than what is known of its device changes nothing. */
  update(positions: PositionColumns, now: number): void {
    for (let i = 0; i < positions.count; i += 1) {
      const row = this.#rowOf(positions.device(i));
      if (row === undefined) this.#add(positions, i, now);
      else if ((positions.timestamp[i] ?? 0) >= (this.positions.timestamp[row] ?? 0))
        this.#move(row, positions, i, now);
    }
  }

  /** Makes the store hold these and no others; a device that stays goes on gliding. */
  replace(positions: PositionColumns, now: number): void {
    const newest = newestByDevice(positions);
    this.retain(newest);
    for (const i of newest.values()) {
      const row = this.#rowOf(positions.device(i));
      if (row === undefined) this.#add(positions, i, now);
      else this.#move(row, positions, i, now);
    }
  }

  /** Moves a device of a replay from one fix, where `position` is, to the next; without one it becomes stale. */
  playSegment(position: LivePosition, segment: Segment): void {
    const row = this.#rows.get(position.device_id) ?? this.#newRow(position.device_id);
    if (row === undefined) return;
    this.positions.set(row, position);
    this.kind[row] = this.#kinds.code(position.kind ?? "");
    this.#derive(row);
    if (segment.end) this.staleAt[row] = segment.end.time + STALE_AFTER;
    this.glides.playSegment(row, segment);
  }

  /** Does nothing when the store does not hold it. */
  remove(deviceId: string): void {
    const row = this.#rows.get(deviceId);
    if (row !== undefined) this.#remove(row);
  }

  /** Removes all others. */
  retain(deviceIds: { has(deviceId: string): boolean }): void {
    for (let row = this.count - 1; row >= 0; row -= 1) if (!deviceIds.has(this.deviceId(row))) this.#remove(row);
  }

  /** What it is at a time of the server. */
  statusAt(row: number, serverNow: number): number {
    return serverNow > (this.staleAt[row] ?? 0) ? STALE : (this.status[row] ?? STALE);
  }

  /** The position with its status at that time. */
  positionAt(row: number, serverNow: number): LivePosition | null {
    if (row < 0 || row >= this.count) return null;
    return { ...this.positions.position(row), status: STATUSES[this.statusAt(row, serverNow)] ?? "stale" };
  }

  /** All positions with their status at that time. */
  allAt(serverNow: number): LivePosition[] {
    return Array.from({ length: this.count }, (_, row) => row).flatMap((row) => this.positionAt(row, serverNow) ?? []);
  }

  setFilter(filter: MapFilter, isNamedKind: (kind: string) => boolean): void {
    const { statuses, kinds } = filter;
    STATUSES.forEach((status, code) => {
      this.statusShown[code] = !statuses || statuses.has(status) ? 1 : 0;
    });
    this.#kinds.setShown((kind) => !kinds || kinds.has(kind) || (kinds.has("other") && !isNamedKind(kind)));
    this.markAllChanged();
  }

  setColouring(colouring: Colouring): void {
    this.#colouring = colouring;
    for (let row = 0; row < this.count; row += 1) this.#colour(row);
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
    return this.#isolated !== null && !this.#isolated.has(this.deviceId(row));
  }

  /** Those that the filter leaves undimmed. */
  shown(serverNow: number): LivePosition[] {
    const rows = Array.from({ length: this.count }, (_, row) => row);
    return rows
      .filter((row) => !this.isHidden(row) && this.matches(row, this.statusAt(row, serverNow)))
      .map((row) => this.positions.position(row));
  }

  isKindShown(row: number): boolean {
    return this.#kinds.isShown(this.kind[row] ?? 0);
  }

  /** Ms until it goes stale; below 0 where it is. */
  timeUntilStale(row: number, serverNow: number): number {
    return (this.staleAt[row] ?? 0) - serverNow;
  }

  /** Rows that changed since the last call; some may appear twice, or be removed since. */
  drainChanged(): readonly number[] | "all" {
    return this.#changed.drain();
  }

  /** Every copy of the rows must be rebuilt. */
  markAllChanged(): void {
    this.#changed.addAll();
  }

  #rowOf(device: NamedDevice): number | undefined {
    return this.positions.devices[device.row] === device ? device.row : this.#rows.get(device.device_id);
  }

  #add(positions: PositionColumns, i: number, now: number): void {
    const row = this.#newRow(positions.device(i).device_id);
    if (row === undefined) return;
    this.#write(row, positions, i);
    const { longitude, latitude } = this.positions;
    this.glides.place(row, worldX(longitude[row] ?? 0), worldY(latitude[row] ?? 0), this.#course(row), now);
  }

  /** Undefined, and counted, where the store is full. */
  #newRow(deviceId: string): number | undefined {
    const row = this.count;
    if (row >= this.#limit) {
      this.refused += 1;
      return undefined;
    }
    if (row >= this.glides.capacity) this.#grow();
    this.#rows.set(deviceId, row);
    this.positions.count += 1;
    return row;
  }

  #move(row: number, positions: PositionColumns, i: number, now: number): void {
    const { timestamp, longitude, latitude, status } = this.positions;
    const [x, y] = [longitude[row] ?? 0, latitude[row] ?? 0];
    const fixInterval = (positions.timestamp[i] ?? 0) - (timestamp[row] ?? 0);
    this.#write(row, positions, i);
    // The same fix again, as in the snapshot after a pan, must not restart the glide.
    if (fixInterval === 0 && x === longitude[row] && y === latitude[row]) return;
    const course = this.#course(row);
    this.glides.move(row, worldX(longitude[row] ?? 0), worldY(latitude[row] ?? 0), course, now, fixInterval);
    if (status[row] === MOVING) this.glides.extend(row);
  }

  #write(row: number, positions: PositionColumns, i: number): void {
    const device = positions.device(i);
    if (this.positions.devices[row] !== device) this.kind[row] = this.#kinds.code(device.kind ?? "");
    this.positions.copy(row, positions, i);
    device.row = row;
    this.#derive(row);
  }

  /** What follows from the position of the row. */
  #derive(row: number): void {
    const staleAt = this.#measure(STALE_AT, row);
    this.staleAt[row] = Number.isNaN(staleAt) ? (this.positions.timestamp[row] ?? 0) + STALE_AFTER : staleAt;
    this.#colour(row);
    this.#changed.add(row, this.count);
  }

  #colour(row: number): void {
    if (this.#colouring === "status") this.colour[row] = 0;
    else {
      const kind = this.positions.device(row).kind ?? "";
      this.colour[row] = colourCode(this.#colouring, kind, this.#measure(SPEED, row));
    }
  }

  #course(row: number): number | undefined {
    const course = this.#measure(COURSE, row);
    return Number.isNaN(course) ? undefined : course;
  }

  #measure(measure: number, row: number): number {
    return this.positions.measures[measure]?.[row] ?? Number.NaN;
  }

  #remove(row: number): void {
    const last = this.count - 1;
    const removed = this.deviceId(row);
    this.#rows.set(this.deviceId(last), row);
    this.#rows.delete(removed);
    this.glides.copy(last, row);
    this.positions.copy(row, this.positions, last);
    this.positions.device(row).row = row;
    for (const column of [this.staleAt, this.kind, this.colour]) column[row] = column[last] ?? 0;
    this.positions.devices.length = this.positions.count = last;
    this.#changed.add(row, this.count);
  }

  #grow(): void {
    const capacity = Math.min(this.#limit, Math.max(FIRST_CAPACITY, this.glides.capacity * 2));
    this.glides.grow(capacity);
    this.positions.reserve(capacity);
    const [staleAt, kind, colour] = [new Float64Array(capacity), new Uint8Array(capacity), new Uint8Array(capacity)];
    staleAt.set(this.staleAt);
    kind.set(this.kind);
    colour.set(this.colour);
    Object.assign(this, { staleAt, kind, colour });
  }
}

/** The row of the newest position of each device; of equal ones the last. */
function newestByDevice({ count, timestamp, devices }: PositionColumns): Map<string, number> {
  const newest = new Map<string, number>();
  for (let i = 0; i < count; i += 1) {
    const deviceId = devices[i]?.device_id ?? "";
    const other = newest.get(deviceId);
    if (other === undefined || (timestamp[i] ?? 0) >= (timestamp[other] ?? 0)) newest.set(deviceId, i);
  }
  return newest;
}
