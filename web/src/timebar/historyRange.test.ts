import { expect, test } from "vitest";
import { isOutdated, layerRange, PRESETS, type PresetKey, presetRange, readRange } from "./historyRange";
import { formatTimeInput } from "./timeInput";

const NOW = new Date(2026, 10, 23, 14, 5).getTime();

const HOUR = 3_600_000;

test("a preset has its full length and ends with the last whole minute", () => {
  const length = (key: PresetKey) => {
    const { from, to } = presetRange(key, NOW + 59_999);
    expect(to).toBe(NOW);
    return to - from;
  };
  expect(PRESETS.map(({ key }) => length(key) / HOUR)).toEqual([0.25, 1, 24, 168]);
});

test("the layer shows the hours that a preset touches, so that they stay the same within one", () => {
  const one = { from: new Date(2026, 10, 23, 13).getTime(), to: new Date(2026, 10, 23, 15).getTime() };
  expect(layerRange("1h", NOW)).toEqual(one);
  expect(layerRange("1h", NOW + 54 * 60_000)).toEqual(one);
  expect(layerRange("15min", NOW + 54 * 60_000)).toEqual({ ...one, from: one.from + HOUR });
  expect(layerRange("1h", one.to + 1)).toEqual({ from: one.from + HOUR, to: one.to + HOUR });
});

test("a preset moves on with the hour, a custom range never does", () => {
  const shown = layerRange("1h", NOW);
  expect(isOutdated("1h", shown, NOW + 54 * 60_000)).toBe(false);
  expect(isOutdated("1h", shown, NOW + 56 * 60_000)).toBe(true);
  expect(isOutdated("custom", shown, NOW + HOUR)).toBe(false);
  expect(isOutdated("1h", null, NOW)).toBe(false);
});

test("two typed times are a range, however each is written", () => {
  const { range } = readRange("2026-11-23T12:00", "14:00", NOW);
  expect(range).toEqual({ from: new Date(2026, 10, 23, 12).getTime(), to: new Date(2026, 10, 23, 14).getTime() });
});

test.each([
  ["", "2026-11-23T14:00", "From: expected 2026-11-23 14:05, 14:05 or 2026-11-23T14:05:00Z, got “”."],
  ["2026-11-23T12:00", "tomorrow", "To: expected 2026-11-23 14:05, 14:05 or 2026-11-23T14:05:00Z, got “tomorrow”."],
  ["2026-11-23T14:00", "2026-11-23T14:00", "From must be before To."],
  ["2026-11-24T00:00", "2026-11-25T00:00", "From is in the future: no positions are stored there yet."],
])("from “%s” to “%s” is refused", (from, to, problem) => {
  expect(readRange(from, to, NOW)).toEqual({ range: null, problem });
});

test("a range is what was typed, to the minute", () => {
  expect(readRange("2026-11-23T12:59", "2026-11-23T13:01", NOW).range).toEqual({
    from: new Date(2026, 10, 23, 12, 59).getTime(),
    to: new Date(2026, 10, 23, 13, 1).getTime(),
  });
});

test("what is written is read back as the same minute", () => {
  const range = { from: NOW - HOUR, to: NOW };
  expect(readRange(formatTimeInput(range.from), formatTimeInput(range.to), NOW).range).toEqual(range);
});
