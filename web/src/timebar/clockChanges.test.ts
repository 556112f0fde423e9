import { afterAll, afterEach, expect, test, vi } from "vitest";
import { formatMinute } from "../format/time";
import { possibleTimes } from "../format/wallClock";
import { settings } from "../settings/settings";
import { readRange } from "./historyRange";
import { formatTimeInput, parseTime } from "./timeInput";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 26, 12);
const utc = (month: number, day: number, hour: number, minute = 0) => Date.UTC(2026, month - 1, day, hour, minute);

afterEach(() => settings.change({ zone: "local" }));
afterAll(() => vi.unstubAllEnvs());

function within(zone: string): void {
  vi.stubEnv("TZ", zone);
}

test("in the night when clocks are put back, what is written is read as the same time again", () => {
  within("Europe/Berlin");
  for (let time = utc(10, 24, 22); time < utc(10, 25, 6); time += HOUR / 4) {
    expect(parseTime(formatTimeInput(time), NOW)).toEqual([time]);
  }
  expect(formatTimeInput(utc(10, 25, 0, 30))).toBe("2026-10-25 02:30 +02:00");
  expect(formatTimeInput(utc(10, 25, 2, 30))).toBe("2026-10-25 03:30");
});

test("an ambiguous local time needs its offset, and is accepted with it", () => {
  within("Europe/Berlin");
  expect(readRange("2026-10-25 02:30", "2026-10-25 04:00", NOW).problem).toBe(
    "From: clocks were put back and showed “2026-10-25 02:30” twice; write 2026-10-25 02:30 +02:00 or 2026-10-25 02:30 +01:00.",
  );
  expect(readRange("2026-10-25 02:30 +02:00", "2026-10-25 02:30 +01:00", NOW).range).toEqual({
    from: utc(10, 25, 0, 30),
    to: utc(10, 25, 1, 30),
  });
});

test("a time that clocks left out is none, and is not moved", () => {
  within("Europe/Berlin");
  expect(readRange("2026-03-29 02:30", "2026-03-29 04:00", NOW).problem).toBe(
    "From: clocks were put forward over “2026-03-29 02:30”; choose a time before or after.",
  );
  expect(parseTime("2026-03-29 03:00", NOW)).toEqual([utc(3, 29, 1)]);
  settings.change({ zone: "utc" });
  expect(parseTime("2026-03-29 02:30", NOW)).toEqual([utc(3, 29, 2, 30)]);
});

test("two times with the same local text show their offsets", () => {
  within("Europe/Berlin");
  const [first, second] = [formatMinute(utc(10, 25, 0), NOW), formatMinute(utc(10, 25, 1), NOW)];
  expect(first).toMatch(/ \+02:00$/);
  expect(second).toMatch(/ \+01:00$/);
  expect(formatMinute(utc(10, 25, 2), NOW)).not.toContain("+");
});

test.each([
  ["Europe/Berlin", 1],
  ["America/New_York", 1],
  ["Pacific/Auckland", 1],
  ["Australia/Lord_Howe", 0.5],
  ["Asia/Kathmandu", 0],
])("in %s each time of the year is what clocks show then, and %d hours of it are shown twice", (zone, twice) => {
  within(zone);
  let doubled = 0;
  for (let time = utc(1, 1, 0); time < utc(12, 31, 0); time += HOUR / 4) {
    const times = possibleTimes(time - new Date(time).getTimezoneOffset() * 60_000);
    expect(times).toContain(time);
    if (times.length > 1) doubled += 1 / 8;
  }
  expect(doubled).toBe(twice);
});
