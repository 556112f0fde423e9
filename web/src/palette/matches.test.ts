import { expect, test } from "vitest";
import { matches } from "./matches";

test.each([
  ["", true],
  ["fol dev", true],
  ["DEV", true],
  ["low", false],
  ["fol bus", false],
])("“%s” finds “Follow the device”: %s", (typed, found) => expect(matches(typed, "Follow the device")).toBe(found));

test("Turkish is found without its marks, in any case", () => {
  expect(matches("cizgi izle", "Çizgi İZLE")).toBe(true);
  expect(matches("isik", "ışık")).toBe(true);
});
