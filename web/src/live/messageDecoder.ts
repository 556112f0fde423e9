import { areNumbers, type Fields, isFields, isNumber } from "../lib/fields";
import type { DeviceNumbers } from "./binaryDecoder";
import { decodeFrame } from "./binaryDecoder";
import type { Message } from "./message";
import type { LivePosition, Status } from "./position";
import { MEASURES, STATUSES } from "./position";
import { PositionColumns } from "./positionColumns";
import type { Stats } from "./stats";

/** Null when it cannot be understood. Binary frames look names up in `names`, and add to them. */
export function decodeMessage(data: unknown, names: DeviceNumbers): Message | null {
  if (data instanceof ArrayBuffer) return decodeFrame(data, names);
  if (typeof data !== "string") return null;
  const fields = parse(data);
  if (!fields || typeof fields.type !== "string") return null;
  switch (fields.type) {
    case "snapshot":
    case "update":
      return decodePositions(fields.type, fields);
    case "stats":
      return decodeStats(fields);
    case "ping":
      return { type: "ping", time: numberOf(fields.time), seq: numberOf(fields.seq) };
    case "error":
      return { type: "error", detail: String(fields.detail ?? "no detail given") };
    default:
      return { type: "unknown" };
  }
}

/** Also reads the answer of `GET api/positions/latest`, which is shaped like a snapshot. */
export function decodePositions(type: "snapshot" | "update", fields: unknown): Message | null {
  if (!isFields(fields) || !Array.isArray(fields.positions)) return null;
  const all: unknown[] = fields.positions;
  const positions = all.map(readPosition).filter((position) => position !== null);
  const { view, epoch, seq, time } = fields;
  return {
    type,
    view: numberOf(view) ?? 0,
    epoch: typeof epoch === "string" ? epoch : null,
    seq: numberOf(seq),
    time: numberOf(time),
    positions: PositionColumns.of(positions),
    garbled: all.length - positions.length,
  };
}

export function decodeStats(fields: unknown): Message | null {
  if (!isFields(fields) || !isStats(fields)) return null;
  return { type: "stats", time: numberOf(fields.time), stats: fields };
}

function readPosition(value: unknown): LivePosition | null {
  if (!isFields(value)) return null;
  const { device_id, timestamp, latitude, longitude } = value;
  if (typeof device_id !== "string" || device_id === "") return null;
  if (!isNumber(timestamp) || !within(latitude, 90) || !within(longitude, 180)) return null;
  return { device_id, timestamp, latitude, longitude, ...optional(value), status: statusOf(value) };
}

/** `D` of the protocol as `L`. */
export function decodeDevice(value: unknown): LivePosition | null {
  if (!isFields(value) || !isFields(value.position)) return null;
  const { position, name, kind, status, stale_at } = value;
  const speed = value.speed ?? position.speed;
  const course = value.course ?? position.course;
  return readPosition({ ...position, timestamp: position.time, name, kind, status, stale_at, speed, course });
}

function optional(value: Fields): Partial<LivePosition> {
  const measured = MEASURES.filter((name) => isNumber(value[name])).map((name) => [name, value[name]]);
  const named = ["kind", "name"].filter((name) => typeof value[name] === "string").map((name) => [name, value[name]]);
  return Object.fromEntries([...measured, ...named]) as Partial<LivePosition>;
}

function statusOf(value: Fields): Status {
  return STATUSES.find((status) => status === value.status) ?? "stopped";
}

function parse(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

function numberOf(value: unknown): number | null {
  return isNumber(value) ? value : null;
}

function isStats(value: Fields): value is Fields & Stats {
  const { time, devices, viewers, by_status, by_kind, distance, rates } = value;
  if (!areNumbers([time, devices, viewers]) || !isFields(by_kind)) return false;
  if (!has(by_status, STATUSES) || !areNumbers(Object.values(by_kind))) return false;
  return isDistance(distance) && has(rates, ["accepted", "rejected", "announced"]);
}

function isDistance(value: unknown): boolean {
  if (!isFields(value) || !has(value, ["since", "total", "others"]) || !Array.isArray(value.top)) return false;
  const top: unknown[] = value.top;
  return top.every((entry) => isFields(entry) && typeof entry.device_id === "string" && isNumber(entry.distance));
}

function has(value: unknown, numbers: readonly string[]): boolean {
  return isFields(value) && areNumbers(numbers.map((name) => value[name]));
}

function within(value: unknown, limit: number): value is number {
  return isNumber(value) && Math.abs(value) <= limit;
}
