import { expect, test } from "vitest";
import { presetRange, readRange, writeLocal } from "./historyRange";

const NOW = new Date(2026, 10, 23, 14, 5).getTime();

test("a preset ends now", () => {
  expect(presetRange("1h", NOW)).toEqual({ from: NOW - 3_600_000, to: NOW });
});

test("two local date-times are a range, with a T or a space between", () => {
  const { range } = readRange("2026-11-23T12:00", "2026-11-23 14:00", NOW);
  expect(range).toEqual({ from: new Date(2026, 10, 23, 12).getTime(), to: new Date(2026, 10, 23, 14).getTime() });
});

test.each([
  ["", "2026-11-23T14:00", "From: expected a day and a time, as 2026-11-23 14:05."],
  ["2026-11-23T12:00", "tomorrow", "To: expected a day and a time, as 2026-11-23 14:05."],
  ["2026-13-23T12:00", "2026-11-23T14:00", "From: expected a day and a time, as 2026-11-23 14:05."],
  ["2026-11-23T14:00", "2026-11-23T14:00", "From must be before To."],
  ["2026-11-24T00:00", "2026-11-25T00:00", "From lies in the future: nothing is stored there yet."],
])("from “%s” to “%s” is refused", (from, to, problem) => {
  expect(readRange(from, to, NOW)).toEqual({ range: null, problem });
});

test("what is written is read back as the same minute", () => {
  expect(readRange(writeLocal(NOW - 3_600_000), writeLocal(NOW), NOW).range).toEqual(presetRange("1h", NOW));
});
