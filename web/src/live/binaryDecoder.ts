import { isNumber } from "../lib/fields";
import type { Message } from "./message";
import { MEASURES, type NamedDevice, OPTIONAL_COLUMNS } from "./position";
import { PositionColumns } from "./positionColumns";

/**
 * Reads `herenow.bin.v1`, laid out in docs/protocol.md. A DataView costs one object a frame; typed arrays would be one for
 * each column of each block, and a block holds a few positions.
 */

const HEAD = 32; // bytes
const BLOCK_HEAD = 16;
const NAMED_HEAD = 12;
const TYPES = [undefined, "snapshot", "update"] as const;
/** Codes of a status are indices into STATUSES; the server does not send the last one. */
const STATUS_CODES = 3;
const SPEED = MEASURES.indexOf("speed");
const COURSE = MEASURES.indexOf("course");
const STALE_AT = MEASURES.indexOf("stale_at");
const FIRST_OPTIONAL = MEASURES.indexOf(OPTIONAL_COLUMNS[0]);
const KNOWN_FLAGS = (1 << OPTIONAL_COLUMNS.length) - 1;
const PLACES = 1e7; // to a degree
const UNKNOWN = 65_535; // of speed, in cm/s, and of course, in hundredths of a degree
// Without ignoreBOM it would drop a first U+FEFF, and so change a name.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NOBODY: ReadonlyMap<number, NamedDevice> = new Map();

/** Maps device numbers to devices within one epoch. Holds only devices received since the last snapshot. */
export class DeviceNumbers {
  #epoch: string | null = null;
  readonly #devices = new Map<number, NamedDevice>();
  /** Those of the last frame. The next frame takes their place, for new columns cost more than what is put into them. */
  readonly positions = new PositionColumns();

  forEpoch(epoch: string): ReadonlyMap<number, NamedDevice> {
    return epoch === this.#epoch ? this.#devices : NOBODY;
  }

  /** `reset` forgets the devices that were known before. */
  add(epoch: string, newNames: ReadonlyMap<number, NamedDevice>, reset: boolean): void {
    if (reset || epoch !== this.#epoch) this.#devices.clear();
    this.#epoch = epoch;
    for (const [number, named] of newNames) this.#devices.set(number, named);
  }
}

/** Null when it cannot be understood; `names` are as before then. */
export function decodeFrame(frame: ArrayBuffer, names: DeviceNumbers): Message | null {
  const head = readHead(frame);
  if (!head) return null;
  const reset = head.type === "snapshot";
  const reader = new BlockReader(frame, reset ? NOBODY : names.forEpoch(head.epoch), names.positions);
  for (let at = HEAD; at < frame.byteLength; ) {
    const length = reader.read(at);
    if (length === null) return null;
    at += length;
  }
  names.add(head.epoch, reader.newNames, reset);
  return { ...head, positions: reader.positions, garbled: reader.garbled };
}

function readHead(frame: ArrayBuffer) {
  if (frame.byteLength < HEAD) return null;
  const view = new DataView(frame);
  const type = TYPES[view.getUint8(0)];
  const seq = view.getFloat64(8, true);
  const time = view.getFloat64(16, true);
  if (!type || !isNumber(seq) || !isNumber(time)) return null;
  const epoch = view.getBigUint64(24).toString(16).padStart(16, "0");
  return { type, view: view.getUint32(4, true), epoch, seq, time };
}

/** Decodes one block after the other, and collects their positions. */
class BlockReader {
  readonly positions: PositionColumns;
  readonly newNames = new Map<number, NamedDevice>();
  /** Positions that lie nowhere on Earth, or at no time. */
  garbled = 0;
  readonly #frame: ArrayBuffer;
  readonly #view: DataView;
  readonly #knownNames: ReadonlyMap<number, NamedDevice>;

  constructor(frame: ArrayBuffer, known: ReadonlyMap<number, NamedDevice>, positions: PositionColumns) {
    this.#frame = frame;
    this.#view = new DataView(frame);
    this.#knownNames = known;
    this.positions = positions;
    positions.clear();
  }

  /** The length of the block, or null for garbage. */
  read(at: number): number | null {
    const left = this.#frame.byteLength - at;
    if (left < BLOCK_HEAD) return null;
    const length = this.#view.getUint32(at, true);
    const count = this.#view.getUint32(at + 4, true);
    const flags = this.#view.getUint8(at + 12);
    // The offset of the columns after an unknown one is not known.
    if (length > left || (flags & ~KNOWN_FLAGS) !== 0) return null;
    const columns = columnsOf(at + BLOCK_HEAD, count, flags);
    if (columns.end > at + length) return null;
    const namesEnd = this.#addNames(aligned(columns.end, 8), at + length, this.#view.getUint32(at + 8, true));
    if (namesEnd === null || aligned(namesEnd, 8) !== at + length) return null;
    this.#decodePositions(columns, count);
    return length;
  }

  /** Where the names end, or null for garbage. */
  #addNames(start: number, limit: number, count: number): number | null {
    let at = start;
    for (let i = 0; i < count; i += 1) {
      const end = this.#addName(at, limit);
      if (end === null) return null;
      at = aligned(end, 4);
    }
    return at;
  }

  #addName(at: number, limit: number): number | null {
    if (at + NAMED_HEAD > limit) return null;
    const lengths = [4, 6, 8].map((offset) => this.#view.getUint16(at + offset, true));
    const start = at + NAMED_HEAD;
    const end = lengths.reduce((sum, length) => sum + length, start);
    const [device_id, name, kind] =
      (end <= limit && readTexts(new Uint8Array(this.#frame, start, end - start), lengths)) || [];
    if (!device_id) return null;
    const device = { device_id, row: -1, ...(name && { name }), ...(kind && { kind }) };
    this.newNames.set(this.#view.getUint32(at, true), device);
    return end;
  }

  #deviceOf(number: number): NamedDevice | undefined {
    // Most frames name nobody.
    const named = this.newNames.size === 0 ? undefined : this.newNames.get(number);
    return named ?? this.#knownNames.get(number);
  }

  #decodePositions(columns: Columns, count: number): void {
    const { positions } = this;
    positions.reserve(positions.count + count);
    for (let row = 0; row < count; row += 1) {
      const device = this.#deviceOf(this.#view.getUint32(columns.number + 4 * row, true));
      // Skipped: the device of this number is not known.
      if (!device) continue;
      if (decodePosition(this.#view, columns, row, positions)) positions.devices[positions.count++] = device;
      else this.garbled += 1;
    }
  }
}

type Columns = ReturnType<typeof columnsOf>;

/** Where each column begins, and where the last one ends, in the order of the wire. */
function columnsOf(timestamp: number, count: number, flags: number) {
  const number = timestamp + 8 * count;
  const longitude = number + 4 * count;
  const latitude = longitude + 4 * count;
  let speed = latitude + 4 * count;
  const optional: { readonly measure: number; readonly column: number }[] = [];
  for (let bit = 0; bit < OPTIONAL_COLUMNS.length; bit += 1) {
    if ((flags & (1 << bit)) === 0) continue;
    optional.push({ measure: FIRST_OPTIONAL + bit, column: speed });
    speed += 4 * count;
  }
  const course = speed + 2 * count;
  const status = course + 2 * count;
  return { timestamp, number, longitude, latitude, optional, speed, course, status, end: status + count };
}

/** Into the row behind the last one. False for a position that lies nowhere on Earth, or at no time. */
function decodePosition(view: DataView, columns: Columns, row: number, positions: PositionColumns): boolean {
  const timestamp = view.getFloat64(columns.timestamp + 8 * row, true);
  const longitude = view.getInt32(columns.longitude + 4 * row, true) / PLACES;
  const latitude = view.getInt32(columns.latitude + 4 * row, true) / PLACES;
  const status = view.getUint8(columns.status + row);
  if (!Number.isFinite(timestamp) || status >= STATUS_CODES) return false;
  if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90) return false;
  const { count } = positions;
  positions.timestamp[count] = timestamp;
  positions.longitude[count] = longitude;
  positions.latitude[count] = latitude;
  positions.status[count] = status;
  positions.setMeasure(SPEED, count, hundredths(view.getUint16(columns.speed + 2 * row, true)));
  positions.setMeasure(COURSE, count, hundredths(view.getUint16(columns.course + 2 * row, true)));
  for (const { measure, column } of columns.optional) {
    const at = column + 4 * row;
    positions.setMeasure(
      measure,
      count,
      measure === STALE_AT ? view.getUint32(at, true) * 1000 : finite(view.getFloat32(at, true)),
    );
  }
  return true;
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

function hundredths(value: number): number {
  return value === UNKNOWN ? Number.NaN : value / 100;
}

/** Texts of these lengths that follow each other, or null for garbage. To decode them at once takes a third of the time. */
function readTexts(bytes: Uint8Array, lengths: readonly number[]): string[] | null {
  try {
    const all = UTF8.decode(bytes);
    const isAscii = all.length === bytes.length;
    let end = 0;
    return lengths.map((length) => {
      const start = end;
      end += length;
      return isAscii ? all.slice(start, end) : UTF8.decode(bytes.subarray(start, end));
    });
  } catch {
    return null;
  }
}

function aligned(at: number, to: number): number {
  return Math.ceil(at / to) * to;
}
