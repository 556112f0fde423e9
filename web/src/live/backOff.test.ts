import { expect, test } from "vitest";
import { backOff } from "./backOff";

test("the ceiling of the wait doubles from half a second to fifteen seconds and stays there", () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 6, 50].map((failures) => backOff(failures, () => 1));
  expect(ceilings).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test("the wait is anywhere below the ceiling, so that viewers do not come back all at once", () => {
  expect(backOff(3, () => 0)).toBe(0);
  expect(backOff(3, () => 0.5)).toBe(2000);
});
