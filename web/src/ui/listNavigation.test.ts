import { expect, test } from "vitest";
import { nextRow } from "./listNavigation";

test.each([
  ["ArrowDown", 3, 4],
  ["j", 3, 4],
  ["ArrowUp", 3, 2],
  ["k", 3, 2],
  ["PageDown", 3, 13],
  ["PageUp", 15, 5],
  ["Home", 50, 0],
  ["End", 3, 99],
])("%s leads from row %d to row %d", (key, row, next) => expect(nextRow(key, row, 100, 10)).toBe(next));

test("no key leads past an end", () => {
  expect(nextRow("k", 0, 100, 10)).toBe(0);
  expect(nextRow("j", 99, 100, 10)).toBe(99);
  expect(nextRow("PageDown", 95, 100, 10)).toBe(99);
});

test("with nothing chosen both ways start at the top", () => {
  expect(nextRow("j", -1, 100, 10)).toBe(0);
  expect(nextRow("k", -1, 100, 10)).toBe(0);
});

test("an empty list leads nowhere, nor does a key that means nothing", () => {
  expect(nextRow("j", -1, 0, 10)).toBeNull();
  expect(nextRow("x", 3, 100, 10)).toBeNull();
});
