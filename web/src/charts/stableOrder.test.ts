import { expect, test } from "vitest";
import { stabilise } from "./stableOrder";

const shown = { keys: ["a", "b", "c"], since: 10_000 };

test("an order holds for two seconds", () => {
  expect(stabilise(shown, ["b", "a", "c"], 11_999)).toBe(shown);
  expect(stabilise(shown, ["b", "a", "c"], 12_000)).toEqual({ keys: ["b", "a", "c"], since: 12_000 });
});

test("the same order counts as no change, so that the next change may come at once", () => {
  expect(stabilise(shown, ["a", "b", "c"], 20_000)).toBe(shown);
});

test("a new member is shown at once", () => {
  expect(stabilise(shown, ["a", "b", "d"], 10_001).keys).toEqual(["a", "b", "d"]);
});
