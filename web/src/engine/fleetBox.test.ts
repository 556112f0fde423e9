import { expect, test } from "vitest";
import { boxAround } from "./fleetBox";

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
