import { expect, test } from "vitest";
import { boxAround, boxContains, unwrappedEast } from "./box";
import type { Box } from "./place";

test("there is no box around nothing", () => {
  expect(boxAround([])).toBeNull();
});

test("a box holds all places", () => {
  const places = [
    { latitude: 60, longitude: 25 },
    { latitude: 30, longitude: -97 },
    { latitude: 45, longitude: 3 },
  ];
  expect(boxAround(places)).toEqual([-97, 30, 25, 60]);
});

test("a box crosses the 180th meridian where that makes it smaller", () => {
  const places = [
    { latitude: -17, longitude: 178 },
    { latitude: -16, longitude: -179 },
  ];
  expect(boxAround(places)).toEqual([178, -17, -179, -16]);
});

test.each<[Box, number, number, boolean]>([
  [[24, 60, 25, 61], 24.5, 60.5, true],
  [[24, 60, 25, 61], 25, 61, true],
  [[24, 60, 25, 61], 25.1, 60.5, false],
  [[24, 60, 25, 61], 24.5, 61.1, false],
  [[178, -20, -178, 20], 179, 0, true],
  [[178, -20, -178, 20], -179, 0, true],
  [[178, -20, -178, 20], 0, 0, false],
])("whether %j holds %f, %f", (box, longitude, latitude, inside) => {
  expect(boxContains(box, { longitude, latitude })).toBe(inside);
});

test("a box over the 180th meridian goes on east of it", () => {
  expect(unwrappedEast([178, 0, -178, 1])).toBe(182);
  expect(unwrappedEast([10, 0, 20, 1])).toBe(20);
});
