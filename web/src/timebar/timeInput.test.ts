import { afterAll, afterEach, expect, test, vi } from "vitest";
import { settings } from "../settings/settings";
import { formatTimeInput, parseTime } from "./timeInput";

// Of a zone in which no hour is that of UTC, wherever this runs.
vi.stubEnv("TZ", "Asia/Kathmandu");
const NOW = new Date(2026, 10, 26, 16, 30).getTime();

afterEach(() => settings.change({ zone: "local" }));
afterAll(() => vi.unstubAllEnvs());

test("the zone of this test is not UTC", () => {
  expect(new Date(NOW).getTimezoneOffset()).toBe(-345);
});

test.each(["2026-11-26 14:05", "2026-11-26T14:05", " 2026-11-26 14:05:00 ", "14:05", "2026-11-26T14:05:00.000"])(
  "“%s” is of the zone that is set",
  (text) => {
    expect(parseTime(text, NOW)).toEqual([new Date(2026, 10, 26, 14, 5).getTime()]);
    settings.change({ zone: "utc" });
    expect(parseTime(text, NOW)).toEqual([Date.UTC(2026, 10, 26, 14, 5)]);
  },
);

test.each([
  "2026-11-26T14:05:00Z",
  "2026-11-26 14:05 UTC",
  "2026-11-26T14:05z",
  "2026-11-26T16:05+02:00",
  "2026-11-26T16:05+0200",
  "2026-11-26 09:05 -05",
  "2026-11-27T00:05+10",
])("“%s” is of the zone that it names", (text) => {
  expect(parseTime(text, NOW)).toEqual([Date.UTC(2026, 10, 26, 14, 5)]);
});

test("a time without a day is of the day that it is in the zone that is named", () => {
  const now = Date.UTC(2026, 10, 26, 23, 30); // already the 27th in Kathmandu
  expect(parseTime("09:05", now)).toEqual([Date.UTC(2026, 10, 27, 3, 20)]);
  expect(parseTime("09:05 UTC", now)).toEqual([Date.UTC(2026, 10, 26, 9, 5)]);
  expect(parseTime("09:05-05:00", now)).toEqual([Date.UTC(2026, 10, 26, 14, 5)]);
  expect(parseTime("09:05+02", now)).toEqual([Date.UTC(2026, 10, 27, 7, 5)]);
  expect(parseTime("09:05+99:00", now)).toBeNull();
});

test("an hour may be of one figure", () => {
  expect(parseTime("9:05", NOW)).toEqual([new Date(2026, 10, 26, 9, 5).getTime()]);
});

test.each(["", "tomorrow", "14", "25:00", "14:60", "2026-11-26", "2026-02-30 14:00", "2026-13-01 14:00", "14:05 CET"])(
  "“%s” is no time",
  (text) => {
    expect(parseTime(text, NOW)).toBeNull();
  },
);

test("what is written is read back, to the minute", () => {
  expect(parseTime(formatTimeInput(NOW), 0)).toEqual([NOW]);
  settings.change({ zone: "utc" });
  expect(formatTimeInput(Date.UTC(2026, 10, 26, 14, 5))).toBe("2026-11-26 14:05");
});
