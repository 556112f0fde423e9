import { expect, test } from "vitest";
import { DENSITY_STEPS, densityStep } from "./densityStep";

test("a count has the colour of the step that it has reached, the last one however many there are", () => {
  expect([1, 9, 10, 99, 100, 999, 1000, 1e7].map(densityStep)).toEqual([0, 0, 1, 2, 3, 4, 5, 5]);
  expect(densityStep(0)).toBe(0);
  expect(DENSITY_STEPS.map(densityStep)).toEqual([0, 1, 2, 3, 4, 5]);
});
