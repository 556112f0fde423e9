import { expect, test } from "vitest";
import { moveRange, rangeBetween, withEdge } from "./brush";

const HOUR = 3_600_000;
const day = { window: { from: 0, to: 24 * HOUR }, step: HOUR };
const hours = (from: number, to: number) => ({ from: from * HOUR, to: to * HOUR });

test("what is drawn over takes in all hours that it touches, whichever way it is drawn", () => {
  expect(rangeBetween(2.5 * HOUR, 4.1 * HOUR, day)).toEqual(hours(2, 5));
  expect(rangeBetween(4.1 * HOUR, 2.5 * HOUR, day)).toEqual(hours(2, 5));
});

test("a click chooses one hour, and beyond the ends the first and the last", () => {
  expect(rangeBetween(7.9 * HOUR, 7.9 * HOUR, day)).toEqual(hours(7, 8));
  expect(rangeBetween(-9 * HOUR, 99 * HOUR, day)).toEqual(hours(0, 24));
  expect(rangeBetween(99 * HOUR, 99 * HOUR, day)).toEqual(hours(23, 24));
});

test("an edge goes to the nearest hour, never past the other edge or the ends", () => {
  expect(withEdge(hours(2, 5), "from", 3.4 * HOUR, day)).toEqual(hours(3, 5));
  expect(withEdge(hours(2, 5), "from", 9 * HOUR, day)).toEqual(hours(4, 5));
  expect(withEdge(hours(2, 5), "to", 0, day)).toEqual(hours(2, 3));
  expect(withEdge(hours(2, 5), "to", 99 * HOUR, day)).toEqual(hours(2, 24));
});

test("what is moved stays as long as it is, and in the window", () => {
  expect(moveRange(hours(2, 5), 1.6 * HOUR, day)).toEqual(hours(4, 7));
  expect(moveRange(hours(2, 5), -9 * HOUR, day)).toEqual(hours(0, 3));
  expect(moveRange(hours(2, 5), 99 * HOUR, day)).toEqual(hours(21, 24));
});
