import { expect, test } from "vitest";
import { barScale } from "./barScale";

test("the greatest takes the full length, half of it half", () => {
  expect(barScale(48_000, 48_000)).toBe(1);
  expect(barScale(24_000, 48_000)).toBe(0.5);
});

test("a value that is not nothing stays visible, and nothing stays nothing", () => {
  expect(barScale(1, 48_000)).toBe(0.01);
  expect(barScale(0, 48_000)).toBe(0);
  expect(barScale(0, 0)).toBe(0);
});

test("what is off the scale ends at its end", () => {
  expect(barScale(400_000, 48_000)).toBe(1);
});
