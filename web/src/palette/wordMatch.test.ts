import { expect, test } from "vitest";
import { matchesWords } from "./wordMatch";

test.each([
  ["", true],
  ["fol dev", true],
  ["DEV", true],
  ["low", false],
  ["fol bus", false],
])("“%s” finds “Follow the device”: %s", (typed, found) =>
  expect(matchesWords(typed, "Follow the device")).toBe(found),
);

test("Turkish is found without its marks, in any case", () => {
  expect(matchesWords("cizgi izle", "Çizgi İZLE")).toBe(true);
  expect(matchesWords("isik", "ışık")).toBe(true);
});
