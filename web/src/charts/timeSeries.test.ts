import { expect, test } from "vitest";
import { downsample, GAP, insertGaps } from "./timeSeries";

test("where nothing came for ten minutes the line is broken", () => {
  const moments = [0, 1000, 1000 + GAP, 1001 + 2 * GAP].map((time) => ({ time, value: 1 }));
  expect(insertGaps(moments).map(({ value }) => value)).toEqual([1, 1, 1, null, 1]);
});

test("of many moments the extremes and the breaks stay, in order", () => {
  const moments = Array.from({ length: 10_000 }, (_, i) => ({ time: i, value: i === 5000 ? null : Math.sin(i) }));
  const spiked = moments.with(7777, { time: 7777, value: 99 });
  const few = downsample(spiked, 300);
  expect(few.length).toBeLessThanOrEqual(301);
  expect(few.some(({ value }) => value === 99)).toBe(true);
  expect(few.some(({ value }) => value === null)).toBe(true);
  expect(few.map(({ time }) => time)).toEqual(few.map(({ time }) => time).toSorted((a, b) => a - b));
  expect(downsample(moments, 20_000)).toBe(moments);
});
