import { expect, test } from "vitest";
import { countOfKinds, readMark } from "./historyMark";

const CLUSTER = { count: 7, moving: 2, kind: "bus", "kind:bus": 5, "kind:car": 2, first: 1, last: 9 };
const BOX = { west: 24, south: 59, east: 26, north: 61 };
const POSITION = { device_id: "bus-1", time: 1000, kind: "bus", moving: true };

const all = () => true;

test("a cluster has counts by kind and a box", () => {
  const mark = readMark({ ...CLUSTER, ...BOX });
  expect(mark).toMatchObject({ count: 7, box: [24, 59, 26, 61] });
  expect(mark && countOfKinds(mark, all)).toBe(7);
  expect(mark && countOfKinds(mark, (kind) => kind === "car")).toBe(2);
  expect(mark && countOfKinds(mark, (kind) => kind === "ship")).toBe(0);
});

test("at close zoom each position is a mark of its own, and counts as one", () => {
  const mark = readMark(POSITION);
  expect(mark).toEqual(POSITION);
  expect(mark && countOfKinds(mark, all)).toBe(1);
  expect(mark && countOfKinds(mark, (kind) => kind === "car")).toBe(0);
});

test.each([
  [{}],
  [{ ...CLUSTER, ...BOX, west: "far" }],
  [{ ...POSITION, device_id: 7 }],
  [{ ...POSITION, time: null }],
])("what is neither is left out: %j", (fields) => {
  expect(readMark(fields)).toBeNull();
});
