import { expect, test } from "vitest";
import { rangeOptions } from "./rangeOptions";

const at = (hour: number, minute: number) => new Date(2026, 10, 23, hour, minute).getTime();
const labels = (...how: Parameters<typeof rangeOptions>) => rangeOptions(...how).map(({ label }) => label);

test("the layer shows whole hours, and short presets show their start", () => {
  expect(labels("live", "1h", null, at(14, 40))).toEqual([
    "Off",
    "Since 14:00",
    "Since 13:00",
    "24 h",
    "7 days",
    "Custom",
  ]);
});

test("of two that come to the same hours one is offered, the chosen one", () => {
  expect(rangeOptions("live", "1h", null, at(14, 5)).map(({ value }) => value)).toEqual([
    "off",
    "1h",
    "24h",
    "7d",
    "custom",
  ]);
  expect(rangeOptions("live", "15min", null, at(14, 5)).map(({ value }) => value)).toContain("15min");
});

test("the chosen preset shows the drawn range until a refresh", () => {
  const shown = { from: at(9, 0), to: at(11, 0) };
  expect(labels("live", "1h", shown, at(14, 5))).toContain("Since 09:00");
});

test("a replay plays exactly so long", () => {
  expect(labels("replay", "1h", null, at(14, 5))).toEqual(["15 min", "1 h", "24 h", "7 days", "Custom"]);
});
