import { expect, test } from "vitest";
import type { LivePosition } from "./position";
import { PositionColumns } from "./positionColumns";

const PLAIN: LivePosition = { device_id: "a", timestamp: 1, latitude: 60, longitude: 25, status: "stale" };
const FULL: LivePosition = { ...PLAIN, device_id: "b", name: "B", kind: "bus", speed: 0, course: 359.99, hdop: 0.1 };

test("a position comes out as it went in, with no field more", () => {
  expect(PositionColumns.of([PLAIN, FULL, PLAIN]).all()).toStrictEqual([PLAIN, FULL, PLAIN]);
});

test("a row that takes the place of another leaves nothing of it", () => {
  const columns = PositionColumns.of([FULL, PLAIN]);
  columns.copy(0, PositionColumns.of([PLAIN]), 0);
  expect(columns.all()).toStrictEqual([PLAIN, PLAIN]);
});

test("rows stay when there is more room, and a value that is the first of its measure is unknown in the others", () => {
  const columns = PositionColumns.of([PLAIN]);
  columns.reserve(100);
  columns.copy(1, PositionColumns.of([FULL]), 0);
  columns.count = 2;
  columns.reserve(1000);
  expect(columns.all()).toStrictEqual([PLAIN, FULL]);
});

test("after it was emptied no row has a value of one before", () => {
  const columns = PositionColumns.of([FULL, FULL]);
  columns.clear();
  expect(columns.all()).toEqual([]);
  columns.set(0, { ...PLAIN, device_id: "c" });
  columns.count = 2;
  expect(columns.position(1)).not.toHaveProperty("speed");
});
