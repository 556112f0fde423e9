import { expect, test } from "vitest";
import { rowWindow } from "./rowWindow";

test("only what is in view is drawn, with a few spare", () => {
  expect(rowWindow(5200, 520, 52, 1000)).toEqual({ first: 94, end: 116 });
});

test("the window ends where the list does", () => {
  expect(rowWindow(0, 520, 52, 3)).toEqual({ first: 0, end: 3 });
  expect(rowWindow(9000, 520, 52, 3)).toEqual({ first: 3, end: 3 });
  expect(rowWindow(0, 520, 52, 0)).toEqual({ first: 0, end: 0 });
});
