import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { paletteOf } from "./palette";

const tokens = readFileSync("src/styles/tokens.css", "utf8");

function token(name: string): { light: string | undefined; dark: string | undefined } {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(tokens) ?? [];
  return { light, dark };
}

test.each(["moving", "idle", "stopped", "stale"] as const)(
  "%s has the same colour on the map and in the panels",
  (status) => {
    const { light, dark } = token(`status-${status}`);
    expect(paletteOf("light").status[status]).toBe(light);
    expect(paletteOf("dark").status[status]).toBe(dark);
  },
);

test("the map behind its tiles has the colour of its land, and what is selected that of the page", () => {
  const [land, accent] = [token("map-land"), token("accent")];
  expect([paletteOf("light").land, paletteOf("dark").land]).toEqual([land.light, land.dark]);
  expect([paletteOf("light").accent, paletteOf("dark").accent]).toEqual([accent.light, accent.dark]);
});
