import { type LivePosition, MEASURES, type NamedDevice, STATUSES } from "./position";

const FIRST_CAPACITY = 64;
const NO_DEVICE: NamedDevice = { device_id: "", row: -1 };
const STOPPED = STATUSES.indexOf("stopped");

/**
 * Positions in columns, a row each: to decode and to keep them so costs a fraction of an object each. `position` makes
 * the object of one row.
 */
export class PositionColumns {
  count = 0;
  readonly devices: NamedDevice[] = [];
  timestamp: Float64Array;
  longitude: Float64Array;
  latitude: Float64Array;
  /** Index into STATUSES, as reported. */
  status: Uint8Array;
  /** In the order of MEASURES; NaN where a value is not known, null where none is. */
  readonly measures: (Float64Array | null)[];

  constructor(capacity = FIRST_CAPACITY) {
    this.timestamp = new Float64Array(capacity);
    this.longitude = new Float64Array(capacity);
    this.latitude = new Float64Array(capacity);
    this.status = new Uint8Array(capacity);
    this.measures = MEASURES.map(() => null);
  }

  static of(positions: readonly LivePosition[]): PositionColumns {
    const columns = new PositionColumns(positions.length);
    positions.forEach((position, row) => {
      columns.set(row, position);
    });
    columns.count = positions.length;
    return columns;
  }

  get capacity(): number {
    return this.timestamp.length;
  }

  device(row: number): NamedDevice {
    return this.devices[row] ?? NO_DEVICE;
  }

  position(row: number): LivePosition {
    const { row: _, ...names } = this.device(row);
    const position: Writable<LivePosition> = {
      ...names,
      timestamp: this.timestamp[row] ?? 0,
      longitude: this.longitude[row] ?? 0,
      latitude: this.latitude[row] ?? 0,
      status: STATUSES[this.status[row] ?? STOPPED] ?? "stopped",
    };
    MEASURES.forEach((name, i) => {
      const value = this.measures[i]?.[row] ?? Number.NaN;
      if (!Number.isNaN(value)) position[name] = value;
    });
    return position;
  }

  /** The positions of all rows. */
  all(): LivePosition[] {
    return Array.from({ length: this.count }, (_, row) => this.position(row));
  }

  /** There must be room for the row. */
  set(row: number, { device_id, name, kind, ...position }: LivePosition): void {
    this.devices[row] = {
      device_id,
      row: -1,
      ...(name !== undefined && { name }),
      ...(kind !== undefined && { kind }),
    };
    this.timestamp[row] = position.timestamp;
    this.longitude[row] = position.longitude;
    this.latitude[row] = position.latitude;
    this.status[row] = STATUSES.indexOf(position.status);
    MEASURES.forEach((name, measure) => {
      this.setMeasure(measure, row, position[name] ?? Number.NaN);
    });
  }

  /** Puts a row of another table in the place of this one; there must be room for it. */
  copy(row: number, source: PositionColumns, from: number): void {
    this.devices[row] = source.device(from);
    this.timestamp[row] = source.timestamp[from] ?? 0;
    this.longitude[row] = source.longitude[from] ?? 0;
    this.latitude[row] = source.latitude[from] ?? 0;
    this.status[row] = source.status[from] ?? STOPPED;
    for (let i = 0; i < MEASURES.length; i += 1) {
      const values = source.measures[i];
      if (values || this.measures[i]) this.setMeasure(i, row, values?.[from] ?? Number.NaN);
    }
  }

  /** `measure` is an index into MEASURES. */
  setMeasure(measure: number, row: number, value: number): void {
    const column = this.measures[measure];
    if (column) column[row] = value;
    else if (!Number.isNaN(value)) this.#addMeasure(measure)[row] = value;
  }

  /** Makes room for so many rows; those that are there stay. */
  reserve(rows: number): void {
    if (rows > this.capacity) this.#grow(Math.max(rows, 2 * this.capacity));
  }

  /** Removes all rows, and keeps the room. */
  clear(): void {
    for (const column of this.measures) column?.fill(Number.NaN, 0, this.count);
    this.count = this.devices.length = 0;
  }

  #addMeasure(measure: number): Float64Array {
    const column = new Float64Array(this.capacity).fill(Number.NaN);
    this.measures[measure] = column;
    return column;
  }

  #grow(capacity: number): void {
    const larger = new PositionColumns(capacity);
    larger.timestamp.set(this.timestamp);
    larger.longitude.set(this.longitude);
    larger.latitude.set(this.latitude);
    larger.status.set(this.status);
    const { timestamp, longitude, latitude, status } = larger;
    Object.assign(this, { timestamp, longitude, latitude, status });
    this.measures.forEach((column, measure) => {
      if (column) this.#addMeasure(measure).set(column);
    });
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
