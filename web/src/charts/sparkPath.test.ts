import { expect, test } from "vitest";
import { addToHistory } from "../overview/statsHistory";
import { maximum, sparkPaths } from "./sparkPath";

const BOX = { width: 100, height: 40, greatest: 10 };

test("a line spans the width, and its greatest value the height", () => {
  const points = [
    { time: 0, value: 0 },
    { time: 500, value: 10 },
    { time: 1000, value: 5 },
  ];
  expect(sparkPaths(points, BOX)).toEqual(["M0,39L50,1L100,20"]);
});

test("fewer than two moments make no line", () => {
  expect(sparkPaths([], BOX)).toEqual([]);
  expect(sparkPaths([{ time: 5, value: 1 }], BOX)).toEqual([]);
});

test("a line has a gap after ten minutes without a report", () => {
  const minutes = [0, 10, 30, 40].map((minute) => ({ time: minute * 60_000, value: 10 }));
  expect(sparkPaths(minutes, BOX)).toEqual(["M0,1L25,1", "M75,1L100,1"]);
});

test("a line breaks where nothing is known, and nothing counts as no height", () => {
  const points = [4, 10, null, 6, 8].map((value, time) => ({ time, value }));
  expect(maximum(points)).toBe(10);
  expect(sparkPaths(points, BOX)).toEqual(["M0,23.8L25,1", "M75,16.2L100,8.6"]);
  expect(maximum([{ time: 0, value: null }])).toBeGreaterThan(0);
});

test("a trail keeps two minutes, a point each second, and takes no second one for the same moment", () => {
  const point = { time: 120_000, accepted: 2, p50: null, p99: null };
  const trail = addToHistory([{ ...point, time: 0 }], point);
  expect(trail).toEqual([point]);
  expect(addToHistory(trail, { ...point, accepted: 3 })).toEqual(trail);
  const later = [120_500, 121_000, 121_999].map((time) => ({ ...point, time }));
  expect(later.reduce(addToHistory, trail)).toEqual([point, later[1]]);
});
