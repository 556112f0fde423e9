import { describe, expect, test } from "vitest";
import { pauseTime } from "./redrawClock";

describe("the next frame", () => {
  test("comes with the screen when markers are fast", () => {
    expect(pauseTime({ speed: 0.2, turning: false }, 1)).toBeLessThan(16);
  });

  test("waits until the fastest marker has moved by half a pixel", () => {
    expect(pauseTime({ speed: 0.005, turning: false }, 1)).toBeCloseTo(100);
  });

  test("comes sooner while a marker turns", () => {
    expect(pauseTime({ speed: 0.0001, turning: true }, 1)).toBeLessThan(50);
  });

  test("comes once a second when nothing moves, for those that go stale", () => {
    expect(pauseTime({ speed: 0, turning: false }, 1)).toBe(1000);
  });

  test("leaves a slow machine time for other things", () => {
    expect(pauseTime({ speed: 1, turning: false }, 60)).toBe(100);
  });
});
