import { expect, test } from "vitest";
import { adjacentRange, windowAround } from "./histogramWindow";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 20_000 * DAY + 10 * HOUR + 1;
const last = (span: number) => ({ from: 20_000 * DAY + 11 * HOUR - span, to: 20_000 * DAY + 11 * HOUR });

test("an hour is seen among those of a day, a day in a week, a week among days, and none of them in the future", () => {
  expect(windowAround(last(HOUR), NOW, null)).toEqual(last(DAY));
  expect(windowAround(last(DAY), NOW, null)).toEqual(last(7 * DAY));
  const month = windowAround(last(7 * DAY), NOW, null);
  expect(month).toEqual({ from: 19_971 * DAY, to: 20_001 * DAY });
});

test("an older range lies in the middle", () => {
  const range = { from: 19_000 * DAY, to: 19_000 * DAY + 2 * HOUR };
  const { from, to } = windowAround(range, NOW, null);
  expect(range.from - from).toBe(to - range.to);
});

test("the window stays while the range can be seen in it", () => {
  const week = last(7 * DAY);
  expect(windowAround(last(4 * HOUR), NOW, week)).toBe(week);
  expect(windowAround(week, NOW, week)).toBe(week);
  expect(windowAround(last(HOUR), NOW, week)).toEqual(last(DAY));
  expect(windowAround(last(8 * DAY), NOW, week)).not.toBe(week);
});

test("the time beside a range is as long, and does not begin in the future", () => {
  expect(adjacentRange(last(DAY), -1, NOW)).toEqual({ from: last(2 * DAY).from, to: last(DAY).from });
  expect(adjacentRange(last(DAY), 1, NOW)).toBeNull();
  expect(adjacentRange({ from: last(2 * DAY).from, to: last(DAY).from }, 1, NOW)).toEqual(last(DAY));
  const untilNow = { from: NOW - HOUR - 1, to: NOW - 1 };
  expect(adjacentRange(untilNow, 1, NOW)).toBeNull();
});
