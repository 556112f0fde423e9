import { t } from "../i18n/t";
import { isFields, isNumber } from "../lib/fields";

const COUNT_BYTES = 4;
const POSITION_BYTES = 16;
const PLACES = 1e7; // units of a degree
const HUNDREDTHS = 100;
const UNKNOWN = 65_535;

/** One stored position of a device. */
export interface Fix {
  readonly time: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly speed: number | undefined;
  readonly course: number | undefined;
}

interface Head {
  readonly start: number;
  readonly devices: readonly string[];
  readonly kinds: readonly string[];
  readonly counts: readonly number[];
}

/** An hour of positions in columns, as docs/protocol.md lays them out: device by device, each in the order of time. */
export class ReplayBlock {
  readonly devices: readonly string[];
  readonly kinds: readonly string[];
  readonly #start: number;
  /** Where the positions of each device begin, and where those of the last one end. */
  readonly #offsets: Uint32Array;
  readonly #time: Uint32Array;
  readonly #longitude: Int32Array;
  readonly #latitude: Int32Array;
  readonly #speed: Uint16Array;
  readonly #course: Uint16Array;
  readonly #rows = new Map<string, number>();

  /** Throws where the bytes are not a block. Keeps and reads them: they must not change. */
  constructor(bytes: ArrayBuffer) {
    const { head, end } = readHead(bytes);
    const { start, devices, kinds, counts } = head;
    this.#start = start;
    this.devices = devices;
    this.kinds = kinds;
    devices.forEach((deviceId, row) => {
      this.#rows.set(deviceId, row);
    });
    this.#offsets = offsetsOf(counts);
    const count = this.#offsets[counts.length] ?? 0;
    if (bytes.byteLength !== end + count * POSITION_BYTES) throw new Error(garbled("its length does not fit"));
    // Columns lie in the byte order of all machines that have a browser.
    this.#time = new Uint32Array(bytes, end, count);
    this.#longitude = new Int32Array(bytes, end + 4 * count, count);
    this.#latitude = new Int32Array(bytes, end + 8 * count, count);
    this.#speed = new Uint16Array(bytes, end + 12 * count, count);
    this.#course = new Uint16Array(bytes, end + 14 * count, count);
  }

  get bytes(): number {
    return this.#time.buffer.byteLength;
  }

  row(deviceId: string): number | undefined {
    return this.#rows.get(deviceId);
  }

  first(row: number): Fix | null {
    return this.#fixOf(row, this.#from(row));
  }

  last(row: number): Fix | null {
    return this.#fixOf(row, this.#to(row) - 1);
  }

  /** The time by which half of its devices had reported; undefined for a block without devices. */
  get peopled(): number | undefined {
    const times = this.devices.flatMap((_, row) => this.first(row)?.time ?? []).sort((a, b) => a - b);
    return times[Math.floor((times.length - 1) / 2)];
  }

  /** The newest that is not after a time, and the one that follows it; null where the block has none. */
  around(row: number, time: number): { readonly at: Fix | null; readonly next: Fix | null } {
    const offset = time - this.#start;
    let low = this.#from(row);
    let high = this.#to(row);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#time[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return { at: this.#fixOf(row, low - 1), next: this.#fixOf(row, low) };
  }

  /** All of a device, oldest first. */
  fixes(row: number): Fix[] {
    const found: Fix[] = [];
    for (let index = this.#from(row); index < this.#to(row); index += 1) found.push(this.#fix(index));
    return found;
  }

  #from(row: number): number {
    return this.#offsets[row] ?? 0;
  }

  #to(row: number): number {
    return this.#offsets[row + 1] ?? 0;
  }

  #fixOf(row: number, index: number): Fix | null {
    return index < this.#from(row) || index >= this.#to(row) ? null : this.#fix(index);
  }

  #fix(index: number): Fix {
    return {
      time: this.#start + (this.#time[index] ?? 0),
      longitude: (this.#longitude[index] ?? 0) / PLACES,
      latitude: (this.#latitude[index] ?? 0) / PLACES,
      speed: known(this.#speed[index]),
      course: known(this.#course[index]),
    };
  }
}

function known(value: number | undefined): number | undefined {
  return value === undefined || value === UNKNOWN ? undefined : value / HUNDREDTHS;
}

function readHead(bytes: ArrayBuffer): { head: Head; end: number } {
  const length = bytes.byteLength < COUNT_BYTES ? 0 : new DataView(bytes).getUint32(0, true);
  const end = COUNT_BYTES + length;
  if (length === 0 || length % 4 !== 0 || end > bytes.byteLength) throw new Error(garbled("it has no head"));
  return { head: asHead(parsed(new TextDecoder().decode(new Uint8Array(bytes, COUNT_BYTES, length)))), end };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(garbled("its head is not JSON"), { cause: error });
  }
}

function asHead(value: unknown): Head {
  if (!isFields(value)) throw new Error(garbled("its head is no object"));
  const { start, devices, kinds, counts } = value;
  if (!isNumber(start) || !areStrings(devices) || !areStrings(kinds) || !areCounts(counts)) {
    throw new Error(garbled("its head lacks something"));
  }
  if (kinds.length !== devices.length || counts.length !== devices.length) {
    throw new Error(garbled("its head does not fit together"));
  }
  return { start, devices, kinds, counts };
}

function areStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

function areCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((one) => Number.isInteger(one) && one >= 0);
}

function offsetsOf(counts: readonly number[]): Uint32Array {
  const offsets = new Uint32Array(counts.length + 1);
  counts.forEach((count, row) => {
    offsets[row + 1] = (offsets[row] ?? 0) + count;
  });
  return offsets;
}

function garbled(why: string): string {
  return t("The server sent a block of history that this page cannot read: {{why}}.", { why });
}
