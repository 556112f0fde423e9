import { expect, test } from "vitest";
import { extendTrail } from "./rateTrail";
import { sparkPaths } from "./sparkPath";

test("a line spans the width, and its greatest value the height", () => {
  const points = [
    { time: 0, value: 0 },
    { time: 500, value: 10 },
    { time: 1000, value: 5 },
  ];
  expect(sparkPaths(points, 100, 40)).toEqual(["M0.0,39.0L50.0,1.0L100.0,20.0"]);
});

test("fewer than two moments make no line", () => {
  expect(sparkPaths([], 100, 40)).toEqual([]);
  expect(sparkPaths([{ time: 5, value: 1 }], 100, 40)).toEqual([]);
});

test("a line breaks where nothing was heard for more than ten minutes", () => {
  const minutes = [0, 10, 30, 40].map((minute) => ({ time: minute * 60_000, value: 1 }));
  expect(sparkPaths(minutes, 100, 40)).toEqual(["M0.0,1.0L25.0,1.0", "M75.0,1.0L100.0,1.0"]);
});

test("a trail keeps two minutes and takes no second for the same moment", () => {
  const trail = extendTrail([{ time: 0, value: 1 }], { time: 120_000, value: 2 });
  expect(trail).toEqual([{ time: 120_000, value: 2 }]);
  expect(extendTrail(trail, { time: 120_000, value: 3 })).toEqual(trail);
});
