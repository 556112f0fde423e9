import { describe, expect, test } from "vitest";
import { shortestTurn } from "../lib/turn";
import { courseAt, glideTime, LONGEST_GLIDE, nextInterval, progress, SHORTEST_GLIDE } from "./motion";

describe("a turn", () => {
  test.each([
    [350, 10, 20],
    [10, 350, -20],
    [0, 90, 90],
    [90, 0, -90],
    [720, 30, 30],
  ])("from %d to %d takes the short way of %d degrees", (from, to, turn) => {
    expect(shortestTurn(from, to)).toBe(turn);
  });

  test("is never more than half a circle, whatever the courses", () => {
    for (let from = 0; from < 360; from += 7) {
      for (let to = 0; to < 360; to += 11) expect(Math.abs(shortestTurn(from, to))).toBeLessThanOrEqual(180);
    }
  });

  test("is over before a long glide is, and stays within 0 to 360", () => {
    expect(courseAt(350, 10, 600, 10_000)).toBe(10);
    for (let elapsed = 0; elapsed < 500; elapsed += 50) {
      const course = courseAt(350, 10, elapsed, 10_000);
      expect(course >= 350 || course <= 10).toBe(true);
    }
  });
});

describe("progress", () => {
  test("grows from 0 to 1 and never goes back", () => {
    let before = 0;
    for (let now = -100; now < 1500; now += 50) {
      const part = progress(now, 0, 1000);
      expect(part).toBeGreaterThanOrEqual(before);
      before = part;
    }
    expect(before).toBe(1);
  });

  test("is done at once when there is no time to take", () => {
    expect(progress(5, 5, 0)).toBe(1);
  });
});

describe("the time to glide", () => {
  const leg = { metres: 50, sinceLast: 1000, interval: 1000 };

  test("is a little longer than the time between fixes", () => {
    expect(glideTime(leg)).toBeGreaterThan(1000);
    expect(glideTime(leg)).toBeLessThan(1500);
  });

  test("has a shortest and a longest", () => {
    expect(glideTime({ ...leg, interval: 1 })).toBe(SHORTEST_GLIDE);
    expect(glideTime({ ...leg, interval: 1e9 })).toBe(LONGEST_GLIDE);
  });

  test("lasts as long as the fixes of a recorded bus are apart", () => {
    expect(glideTime({ metres: 150, sinceLast: 12_000, interval: 12_000 })).toBeGreaterThanOrEqual(12_000);
  });

  test("is zero for the first report of a device", () => {
    expect(glideTime({ ...leg, sinceLast: null })).toBe(0);
  });

  test("is nothing after a long silence", () => {
    expect(glideTime({ ...leg, sinceLast: 120_000 })).toBe(0);
  });

  test("is nothing when the new place is too far to have been driven to", () => {
    expect(glideTime({ ...leg, metres: 50_000 })).toBe(0);
  });

  test("is kept for an aircraft", () => {
    expect(glideTime({ metres: 2500, sinceLast: 10_000, interval: 10_000 })).toBeGreaterThan(0);
  });
});

test("the mean interval starts with the first sample and moves slowly after it", () => {
  expect(nextInterval(0, 4000)).toBe(4000);
  expect(nextInterval(4000, 1000)).toBeGreaterThan(1000);
  expect(nextInterval(4000, 1000)).toBeLessThan(4000);
});

test("a long pause does not spoil the mean interval", () => {
  expect(nextInterval(1000, 3_600_000)).toBeLessThanOrEqual(LONGEST_GLIDE);
});
