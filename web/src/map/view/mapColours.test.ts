import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rgb } from "../markers/markerRenderer";
import { mapColours } from "./mapColours";

const tokens = readFileSync("src/styles/tokens.css", "utf8");

function token(name: string): { light: string | undefined; dark: string | undefined } {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#\\w+), (#\\w+)\\)`).exec(tokens) ?? [];
  return { light, dark };
}

test.each(["moving", "idle", "stopped", "stale"] as const)(
  "%s has the same colour on the map and in the panels",
  (status) => {
    const { light, dark } = token(`status-${status}`);
    expect(mapColours("light").status[status]).toBe(light);
    expect(mapColours("dark").status[status]).toBe(dark);
  },
);

test("the map behind its tiles has the colour of its land, and what is selected that of the page", () => {
  const [land, accent] = [token("map-land"), token("accent")];
  expect([mapColours("light").land, mapColours("dark").land]).toEqual([land.light, land.dark]);
  expect([mapColours("light").accent, mapColours("dark").accent]).toEqual([accent.light, accent.dark]);
});

test.each([
  ["kind", "kinds"],
  ["speed", "speeds"],
] as const)("the colours of each %s are those of the panels", (name, colours) => {
  const panels = Array.from({ length: 8 }, (_, index) => token(`${name}-${index + 1}`));
  expect(mapColours("light")[colours]).toEqual(panels.map(({ light }) => light));
  expect(mapColours("dark")[colours]).toEqual(panels.map(({ dark }) => dark));
});

/** WCAG 2.2, "relative luminance". */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = rgb(colour).map((share) =>
    share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test.each(["dark", "light"] as const)(
  "every marker stands out from the land, %s, and speeds grow brighter or darker",
  (theme) => {
    const { land, kinds, speeds } = mapColours(theme);
    const contrasts = [...kinds, ...speeds].map((colour) => {
      const [low = 0, high = 0] = [luminance(colour), luminance(land)].sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    });
    expect(Math.min(...contrasts)).toBeGreaterThan(3);
    const steps = speeds.map(luminance);
    const sorted = [...steps].sort((a, b) => (theme === "dark" ? a - b : b - a));
    expect(steps).toEqual(sorted);
  },
);
