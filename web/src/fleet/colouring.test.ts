import { expect, test } from "vitest";
import { COLOURS, colourCode, SPEED_STEPS } from "./colouring";

test("by status no marker has a colour of its own", () => {
  expect(colourCode("status", "bus", 12)).toBe(0);
});

test("a faster one never has an earlier colour, and there are eight", () => {
  const speeds = [0, 0.5, ...SPEED_STEPS.flatMap((step) => [step, step + 0.5]), 300];
  const codes = speeds.map((speed) => colourCode("speed", "", speed));
  expect(codes).toEqual([...codes].sort((a, b) => a - b));
  expect(new Set(codes).size).toBe(COLOURS);
  expect([codes[0], codes.at(-1)]).toEqual([1, COLOURS]);
});

test("one whose speed is not known has the colour of its status", () => {
  expect(colourCode("speed", "", Number.NaN)).toBe(0);
});

test("a kind has the colour it was given, and every other kind, or none, the last", () => {
  const kinds = new Map([["bus", 2]]);
  expect(colourCode(kinds, "bus", 0)).toBe(3);
  expect(colourCode(kinds, "zeppelin", 0)).toBe(COLOURS);
  expect(colourCode(kinds, "", 0)).toBe(COLOURS);
});
