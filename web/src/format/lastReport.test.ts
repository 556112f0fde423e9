import { expect, test } from "vitest";
import { formatClockOffset, formatLastReport } from "./lastReport";

const NOW = 1_790_000_000_000;
const MINUTE = 60_000;

function position(time: number) {
  return { device_id: "a", time, latitude: 1, longitude: 2 };
}

test("the report and its fix show one age, unless they are a minute apart", () => {
  expect(formatLastReport({ last_heard: NOW - 5000, position: position(NOW - 9000) }, NOW)).toBe("5 s ago");
  expect(formatLastReport({ last_heard: NOW - 5000, position: position(NOW - 6 * MINUTE) }, NOW)).toBe(
    "5 s ago, fix 6 min ago",
  );
});

test("a device without a position has an age of its report too", () => {
  expect(formatLastReport({ last_heard: NOW - 5000 }, NOW)).toBe("5 s ago");
});

test("a clock is ahead or behind by so much", () => {
  expect(formatClockOffset(86_400_000)).toBe("clock 1 d 0 h ahead");
  expect(formatClockOffset(-6 * MINUTE)).toBe("clock 6 min behind");
});
