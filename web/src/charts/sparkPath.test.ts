import { expect, test } from "vitest";
import { greatestOf, sparkPaths } from "./sparkPath";
import { extendTrail } from "./statsTrail";

const BOX = { width: 100, height: 40, greatest: 10 };

test("a line spans the width, and its greatest value the height", () => {
  const points = [
    { time: 0, value: 0 },
    { time: 500, value: 10 },
    { time: 1000, value: 5 },
  ];
  expect(sparkPaths(points, BOX)).toEqual(["M0.0,39.0L50.0,1.0L100.0,20.0"]);
});

test("fewer than two moments make no line", () => {
  expect(sparkPaths([], BOX)).toEqual([]);
  expect(sparkPaths([{ time: 5, value: 1 }], BOX)).toEqual([]);
});

test("a line breaks where nothing was heard for more than ten minutes", () => {
  const minutes = [0, 10, 30, 40].map((minute) => ({ time: minute * 60_000, value: 10 }));
  expect(sparkPaths(minutes, BOX)).toEqual(["M0.0,1.0L25.0,1.0", "M75.0,1.0L100.0,1.0"]);
});

test("a line breaks where nothing is known, and nothing counts as no height", () => {
  const points = [4, 10, null, 6, 8].map((value, time) => ({ time, value }));
  expect(greatestOf(points)).toBe(10);
  expect(sparkPaths(points, BOX)).toEqual(["M0.0,23.8L25.0,1.0", "M75.0,16.2L100.0,8.6"]);
  expect(greatestOf([{ time: 0, value: null }])).toBeGreaterThan(0);
});

test("a trail keeps two minutes and takes no second for the same moment", () => {
  const point = { time: 120_000, accepted: 2, p50: null, p99: null };
  const trail = extendTrail([{ ...point, time: 0 }], point);
  expect(trail).toEqual([point]);
  expect(extendTrail(trail, { ...point, accepted: 3 })).toEqual(trail);
});
