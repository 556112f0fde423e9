import { expect, test } from "vitest";
import { clusterDiameter, clusterLabel } from "./clusterCircle";

test("circles grow with the logarithm of the count, from 20 to 56 pixels", () => {
  const diameters = [1, 10, 100, 1000, 10_000, 100_000, 1e9].map(clusterDiameter);
  expect(diameters[0]).toBe(20);
  expect(diameters.at(-1)).toBe(56);
  expect(diameters).toEqual([...diameters].sort((a, b) => a - b));
});

test.each([
  [7, "7"],
  [999, "999"],
  [1000, "1k"],
  [1999, "1.9k"],
  [12_345, "12k"],
  [2_500_000, "2.5M"],
])("%d is written as %s", (count, label) => {
  expect(clusterLabel(count)).toBe(label);
});
