import { expect, test } from "vitest";
import { markAfter, markAt, markPath } from "./segmentMarks";

const MARKS = [
  { start: 100, end: 200 },
  { start: 200, end: 300 },
  { start: 500, end: 600 },
];

test.each([
  [50, undefined],
  [100, 100],
  [200, 200],
  [300, 200],
  [400, undefined],
  [600, 500],
])("at %d it is that which began at %s", (time, start) => {
  expect(markAt(MARKS, time)?.start).toBe(start);
});

test.each([
  ["ArrowRight", 100, 200],
  ["ArrowRight", 350, 500],
  ["ArrowRight", 500, undefined],
  ["ArrowLeft", 250, 200],
  ["ArrowLeft", 200, 100],
  ["ArrowLeft", 100, undefined],
  ["Home", 550, 100],
  ["End", 0, 500],
  ["x", 250, undefined],
])("%s leads from %d to %s", (key, time, start) => {
  expect(markAfter(key, MARKS, time)?.start).toBe(start);
});

test("marks are drawn as far as they lie in the range", () => {
  expect(markPath(MARKS.slice(1), { from: 250, to: 550 }, 4)).toBe("M0 0H166.67V4H0ZM833.33 0H1000V4H833.33Z");
  expect(markPath([], { from: 0, to: 1 }, 4)).toBe("");
});
