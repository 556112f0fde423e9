import { beforeEach, expect, test } from "vitest";
import { DeviceStore } from "../../fleet/deviceStore";
import type { LivePosition } from "../../live/position";
import { PositionColumns } from "../../live/positionColumns";
import { FIELDS, MarkerBuffer, STRIDE } from "./markerBuffer";
import { centreOf } from "./markerProgram";
import { rgb } from "./markerRenderer";

let store: DeviceStore;
let buffer: MarkerBuffer;

function position(device_id: string, longitude: number, timestamp = 1000, more: Partial<LivePosition> = {}) {
  return { device_id, timestamp, longitude, latitude: 0, status: "moving", ...more } as const;
}

function read(row: number, offset: number): DataView {
  return new DataView(buffer.bytes, row * STRIDE + offset);
}

function east(row: number, field: "from" | "to"): number {
  return read(row, FIELDS[field]).getInt32(0, true);
}

beforeEach(() => {
  store = new DeviceStore();
  buffer = new MarkerBuffer();
});

test("the first time all rows are taken, then only what has changed", () => {
  store.update(PositionColumns.of([position("a", 0), position("b", 1), position("c", 2)]), 0);
  expect(buffer.update(store, 0, 0)).toEqual({ start: 0, end: 3 * STRIDE });
  expect(buffer.update(store, 10, 10)).toBeNull();
  store.update(PositionColumns.of([position("b", 1.001, 2000)]), 1000);
  expect(buffer.update(store, 1000, 1000)).toEqual({ start: STRIDE, end: 2 * STRIDE });
});

test("a device that glides is written with where it comes from, where it goes to, and when", () => {
  store.update(PositionColumns.of([position("a", 0)]), 0);
  store.update(PositionColumns.of([position("a", 0.001, 2000)]), 1000);
  buffer.update(store, 1000, 1000);
  const unit = 2 ** 32 / 360;
  expect(east(0, "from")).toBe((180 * unit) | 0);
  expect(east(0, "to") - east(0, "from")).toBeCloseTo(0.001 * unit, -1);
  expect(read(0, FIELDS.time).getFloat32(0, true)).toBeCloseTo(1);
  expect(read(0, FIELDS.time).getFloat32(4, true)).toBeGreaterThan(0.5);
});

test("how long a device goes on after its glide is written for those that move, and for no others", () => {
  store.update(PositionColumns.of([position("a", 0), position("b", 0, 1000, { status: "idle" })]), 0);
  store.update(PositionColumns.of([position("a", 0.001, 2000), position("b", 0.001, 2000, { status: "idle" })]), 1000);
  buffer.update(store, 1000, 1000);
  const [duration, overrun] = [4, 8].map((offset) => read(0, FIELDS.time).getFloat32(offset, true));
  expect(overrun).toBeCloseTo((duration ?? 0) / 2);
  expect(read(1, FIELDS.time).getFloat32(8, true)).toBe(0);
});

test("differences across the 180th meridian are small, as whole numbers wrap around", () => {
  store.update(PositionColumns.of([position("a", 179.999)]), 0);
  store.update(PositionColumns.of([position("a", -179.999, 2000)]), 1000);
  buffer.update(store, 1000, 1000);
  const difference = (east(0, "to") - east(0, "from")) | 0;
  expect(difference).toBeCloseTo((0.002 * 2 ** 32) / 360, -1);
});

test("it holds when a device becomes stale, on the clock of the page", () => {
  store.update(PositionColumns.of([position("a", 0, 50_000)]), 0);
  buffer.update(store, 7000, 60_000);
  expect(read(0, FIELDS.staleAt).getFloat32(0, true)).toBeCloseTo((7000 + 50_000 + 300_000 - 60_000) / 1000, 2);
});

test("a filter by kind is written to all rows", () => {
  store.update(PositionColumns.of([position("a", 0, 1, { kind: "bus" }), position("b", 0, 1, { kind: "ship" })]), 0);
  buffer.update(store, 0, 0);
  store.setFilter({ statuses: null, kinds: new Set(["ship"]) }, () => true);
  expect(buffer.update(store, 1, 1)).toEqual({ start: 0, end: 2 * STRIDE });
  expect([0, 1].map((row) => read(row, FIELDS.look).getUint8(1))).toEqual([0, 1]);
});

test("devices that go leave no rows behind that are written", () => {
  store.update(PositionColumns.of([position("a", 0), position("b", 1), position("c", 2)]), 0);
  buffer.update(store, 0, 0);
  store.replace(PositionColumns.of([position("c", 2)]), 1);
  const span = buffer.update(store, 1, 1);
  expect(span?.end).toBeLessThanOrEqual(STRIDE);
  expect(east(0, "to")).toBe(Math.round((182 / 360) * 2 ** 32) | 0);
});

test("after hours times get a new epoch, before floats lose milliseconds", () => {
  store.update(PositionColumns.of([position("a", 0)]), 0);
  buffer.update(store, 0, 0);
  const later = 5 * 3_600_000;
  expect(buffer.update(store, later, later)).toEqual({ start: 0, end: STRIDE });
  expect(buffer.epoch).toBe(later);
});

test("where nobody takes them, changes do not pile up, and are all taken later", () => {
  store.update(PositionColumns.of([position("a", 0)]), 0);
  buffer.update(store, 0, 0);
  for (let n = 1; n < 5000; n += 1) store.update(PositionColumns.of([position("a", n / 1e4, 1000 + n)]), n);
  expect(store.drainChanged()).toBe("all");
});

test("the centre of a view has the same units, in every copy of the world", () => {
  expect(centreOf(1.25, 0.5)).toEqual(centreOf(0.25, 0.5));
  expect(centreOf(0.25, 0.5)).toEqual([2 ** 30, 2 ** 30]);
});

test("colours are shares of red, green and blue", () => {
  expect(rgb("#ff8000")).toEqual([1, 128 / 255, 0]);
});
