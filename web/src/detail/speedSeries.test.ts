import { expect, test } from "vitest";
import { GAP } from "../charts/timeSeries";
import { speedSeries } from "./speedSeries";

const NORTH = 1 / 111_319.49; // degrees of a metre
const at = (seconds: number, metres: number, speed?: number) => ({
  time: seconds * 1000,
  longitude: 25,
  latitude: metres * NORTH,
  speed,
});
const values = (points: Parameters<typeof speedSeries>[0]) =>
  speedSeries(points).moments.map(({ value }) => value && Math.round(value * 10) / 10);

test("speeds are as they were reported, and where none was, those of the way", () => {
  expect(values([at(0, 0), at(60, 600), at(120, 1800)])).toEqual([null, 10, 20]);
  expect(values([at(0, 0, 3), at(60, 600), at(120, 1800, 7)])).toEqual([3, 10, 7]);
  expect(speedSeries([at(0, 0, 3), at(60, 600)])).toMatchObject({ derived: true, known: 2 });
  expect(speedSeries([at(0, 0, 3), at(60, 600, 3)]).derived).toBe(false);
});

test("errors of places that come every second are not taken for speed", () => {
  const jittery = Array.from({ length: 120 }, (_, second) => at(second, second % 2 ? 5 : 0));
  expect(
    Math.max(
      ...values(jittery)
        .slice(30)
        .map((value) => value ?? 0),
    ),
  ).toBeLessThanOrEqual(0.2);
});

test("no line leads through a silence or to where nothing can be known", () => {
  const after = 60 + GAP / 1000 + 1;
  expect(values([at(0, 0), at(60, 600), at(after, 9000), at(after + 60, 9600)])).toEqual([null, 10, null, null, 10]);
  expect(values([at(0, 0, 5), at(60, 60_000), at(120, 60_300, 5)])).toEqual([5, null, 5]);
  expect(speedSeries([])).toEqual({ moments: [], known: 0, derived: false });
});
