import { isNumber } from "../lib/fields";
import type { Message } from "./message";
import { type LivePosition, OPTIONAL_COLUMNS, type Status } from "./position";

/**
 * Reads `herenow.bin.v1`, laid out in docs/protocol.md. Columns are read in place, by the byte order of the machine, which
 * is little-endian wherever browsers run.
 */

const HEAD = 32; // bytes
const BLOCK_HEAD = 16;
const NAMED_HEAD = 12;
const TYPES = [undefined, "snapshot", "update"] as const;
const STATUS_CODES: readonly Status[] = ["moving", "idle", "stopped"];
const KNOWN_FLAGS = (1 << OPTIONAL_COLUMNS.length) - 1;
const PLACES = 1e7; // to a degree
const UNKNOWN = 65_535; // of speed, in cm/s, and of course, in hundredths of a degree
// Without ignoreBOM it would drop a first U+FEFF, and so change a name.
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NOBODY: ReadonlyMap<number, DeviceNames> = new Map();

interface DeviceNames {
  readonly device_id: string;
  readonly name?: string;
  readonly kind?: string;
}

/** Maps device numbers to devices within one epoch. Holds only devices received since the last snapshot. */
export class DeviceNumbers {
  #epoch: string | null = null;
  readonly #devices = new Map<number, DeviceNames>();

  forEpoch(epoch: string): ReadonlyMap<number, DeviceNames> {
    return epoch === this.#epoch ? this.#devices : NOBODY;
  }

  /** `reset` forgets the devices that were known before. */
  add(epoch: string, newNames: ReadonlyMap<number, DeviceNames>, reset: boolean): void {
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
  const reader = new BlockReader(frame, reset ? NOBODY : names.forEpoch(head.epoch));
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
  const bytes = Array.from(new Uint8Array(frame, 24, 8), (byte) => byte.toString(16).padStart(2, "0"));
  return { type, view: view.getUint32(4, true), epoch: bytes.join(""), seq, time };
}

/** Decodes one block after the other, and collects their positions. */
class BlockReader {
  readonly positions: LivePosition[] = [];
  readonly newNames = new Map<number, DeviceNames>();
  /** Positions that lie nowhere on Earth, or at no time. */
  garbled = 0;
  readonly #frame: ArrayBuffer;
  readonly #view: DataView;
  readonly #knownNames: ReadonlyMap<number, DeviceNames>;

  constructor(frame: ArrayBuffer, known: ReadonlyMap<number, DeviceNames>) {
    this.#frame = frame;
    this.#view = new DataView(frame);
    this.#knownNames = known;
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
    if (length < BLOCK_HEAD + count * bytesOfPosition(flags)) return null;
    const columns = columnsOf(this.#frame, at + BLOCK_HEAD, count, flags);
    const namesEnd = this.#addNames(aligned(columns.end, 8), at + length, this.#view.getUint32(at + 8, true));
    if (namesEnd === null || aligned(namesEnd, 8) !== at + length) return null;
    this.#decodePosition(columns, count);
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
    const texts: string[] = [];
    let end = at + NAMED_HEAD;
    for (const length of lengths) {
      const text = end + length > limit ? null : readText(new Uint8Array(this.#frame, end, length));
      if (text === null) return null;
      texts.push(text);
      end += length;
    }
    const [device_id, name, kind] = texts;
    if (!device_id) return null;
    this.newNames.set(this.#view.getUint32(at, true), { device_id, ...(name && { name }), ...(kind && { kind }) });
    return end;
  }

  #decodePosition(columns: Columns, count: number): void {
    for (let row = 0; row < count; row += 1) {
      const number = columns.number[row] ?? 0;
      const named = this.newNames.get(number) ?? this.#knownNames.get(number);
      // Skipped: the device of this number is not known.
      if (!named) continue;
      const position = positionOf(columns, row, named);
      if (position) this.positions.push(position);
      else this.garbled += 1;
    }
  }
}

type Columns = ReturnType<typeof columnsOf>;

/** In the order of the wire. They must fit. */
function columnsOf(frame: ArrayBuffer, start: number, count: number, flags: number) {
  let end = start;
  const next = <T extends ArrayBufferView>(type: new (forEpoch: ArrayBuffer, at: number, length: number) => T): T => {
    const column = new type(frame, end, count);
    end += column.byteLength;
    return column;
  };
  const timestamp = next(Float64Array);
  const number = next(Uint32Array);
  const longitude = next(Int32Array);
  const latitude = next(Int32Array);
  const optional = presentColumns(flags).map((name) => ({
    name,
    values: name === "stale_at" ? next(Uint32Array) : next(Float32Array),
  }));
  const speed = next(Uint16Array);
  const course = next(Uint16Array);
  const status = next(Uint8Array);
  return { timestamp, number, longitude, latitude, optional, speed, course, status, end };
}

function bytesOfPosition(flags: number): number {
  return 25 + 4 * presentColumns(flags).length;
}

function presentColumns(flags: number) {
  return OPTIONAL_COLUMNS.filter((_, bit) => (flags & (1 << bit)) !== 0);
}

function positionOf(columns: Columns, row: number, named: DeviceNames): LivePosition | null {
  const timestamp = columns.timestamp[row];
  const longitude = (columns.longitude[row] ?? 0) / PLACES;
  const latitude = (columns.latitude[row] ?? 0) / PLACES;
  const status = STATUS_CODES[columns.status[row] ?? -1];
  if (!isNumber(timestamp) || !status || Math.abs(longitude) > 180 || Math.abs(latitude) > 90) return null;
  const position: Writable<LivePosition> = { ...named, timestamp, latitude, longitude, status };
  const speed = columns.speed[row] ?? UNKNOWN;
  const course = columns.course[row] ?? UNKNOWN;
  if (speed !== UNKNOWN) position.speed = speed / 100;
  if (course !== UNKNOWN) position.course = course / 100;
  for (const { name, values } of columns.optional) {
    const value = values[row];
    if (isNumber(value)) position[name] = name === "stale_at" ? value * 1000 : value;
  }
  return position;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function readText(bytes: Uint8Array): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}

function aligned(at: number, to: number): number {
  return Math.ceil(at / to) * to;
}
