import { expect, test } from "vitest";
import { greatCircle } from "./greatCircle";

test("a short way is one line from end to end", () => {
  const line = greatCircle({ longitude: 24.9, latitude: 60.1 }, { longitude: 25.1, latitude: 60.2 });
  expect(line).toHaveLength(2);
  expect(line[0]?.[0]).toBeCloseTo(24.9, 9);
  expect(line[1]?.[1]).toBeCloseTo(60.2, 9);
});

test("a long way bends towards the pole", () => {
  const latitudes = greatCircle({ longitude: -90, latitude: 50 }, { longitude: 90, latitude: 50 }).map(([, y]) => y);
  expect(Math.max(...latitudes)).toBeGreaterThan(89);
});

test("over the 180th meridian longitudes go on", () => {
  const line = greatCircle({ longitude: 179, latitude: 10 }, { longitude: -179, latitude: 10 });
  const longitudes = line.map(([x]) => x);
  expect(longitudes.at(-1)).toBeCloseTo(181, 6);
  expect(Math.max(...longitudes.slice(1).map((x, i) => Math.abs(x - (longitudes[i] ?? 0))))).toBeLessThan(1.1);
});
