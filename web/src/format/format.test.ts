import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { setLanguage } from "../i18n/languages";
import { settings } from "../settings/settings";
import { formatAge } from "./age";
import { formatRate, formatShare } from "./count";
import { compassPoint, formatCourse } from "./course";
import { formatDistance, formatHeight } from "./distance";
import { formatPlace } from "./place";
import { formatSpeed } from "./speed";
import { formatMinute, formatTime } from "./time";

test.each([
  [-5000, "now"],
  [Number.NaN, "now"],
  [999, "now"],
  [12_400, "12 s ago"],
  [59_999, "59 s ago"],
  [60_000, "1 min ago"],
  [3_599_000, "59 min ago"],
  [3_600_000, "1 h ago"],
  [47 * 3_600_000, "47 h ago"],
  [48 * 3_600_000, "2 d ago"],
])("an age of %d ms is %s", (age, text) => expect(formatAge(age)).toBe(text));

test.each([
  [0, "0 m"],
  [820.4, "820 m"],
  [999.6, "1.0 km"],
  [48_210.7, "48.2 km"],
  [99_960, "100 km"],
  [1_204_000, "1,204 km"],
])("%d metres are %s", (metres, text) => expect(formatDistance(metres)).toBe(text));

test("a speed is in km/h, and a dash when the device reports none", () => {
  expect(formatSpeed(8.1)).toBe("29 km/h");
  expect(formatSpeed(0)).toBe("0 km/h");
  expect(formatSpeed(undefined)).toBe("–");
});

test.each([
  [0, "N"],
  [11.2, "N"],
  [11.3, "NNE"],
  [271, "W"],
  [349, "N"],
  [360, "N"],
  [-90, "W"],
])("%d degrees point to %s", (degrees, point) => expect(compassPoint(degrees)).toBe(point));

test("a course has its degrees and its point, and 359.7 is north, not 360", () => {
  expect(formatCourse(271)).toBe("271° W");
  expect(formatCourse(359.7)).toBe("0° N");
  expect(formatCourse(undefined)).toBe("–");
});

test("counts, rates and shares", () => {
  expect(formatRate(0.04)).toBe("0.0");
  expect(formatRate(175.2)).toBe("175");
  expect(formatShare(0.3)).toBe("<1 %");
  expect(formatShare(64.7)).toBe("65 %");
});

test("a place is exact to a metre", () => {
  expect(formatPlace({ latitude: 30.26, longitude: -97.740004 })).toBe("30.26000, -97.74000");
});

describe("in Turkish", () => {
  beforeAll(() => setLanguage("tr"));
  afterAll(() => setLanguage("en"));

  test("numbers, units and times are written as in Turkish", () => {
    expect(formatDistance(1_204_000)).toBe("1.204 km");
    expect(formatDistance(48_210.7)).toBe("48,2 km");
    expect(formatSpeed(8.1)).toBe("29 km/sa");
    expect(formatAge(12_400)).toBe("12 sn önce");
    expect(formatShare(64.7)).toBe("%65");
    expect(formatCourse(271)).toBe("271° B");
  });
});

describe("in other units and another zone", () => {
  afterEach(() => settings.change({ units: "metric", zone: "local" }));

  test.each([
    ["imperial", "30.0 mi", "18 mph", "270 ft"],
    ["nautical", "26.0 nmi", "16 kn", "270 ft"],
  ] as const)("%s", (units, distance, speed, height) => {
    settings.change({ units });
    expect(formatDistance(48_210.7)).toBe(distance);
    expect(formatSpeed(8.1)).toBe(speed);
    expect(formatHeight(82.3)).toBe(height);
  });

  test("short distances use the small unit", () => {
    settings.change({ units: "imperial" });
    expect(formatDistance(100)).toBe("328 ft");
    settings.change({ units: "nautical" });
    expect(formatDistance(100)).toBe("100 m");
    expect(formatDistance(926)).toBe("0.5 nmi");
  });

  test("in UTC the hour is that of Greenwich, and so is the day", () => {
    const evening = Date.UTC(2026, 10, 23, 23, 59, 30);
    settings.change({ zone: "utc" });
    expect(formatTime(evening, evening + 20_000)).toBe("23:59:30");
    expect(formatMinute(evening, evening + 60_000)).toBe("23 Nov, 23:59");
  });
});
