import { expect, test } from "vitest";
import { geodesic } from "./geodesic";

const place = (latitude: number, longitude: number) => ({ latitude, longitude });

test.each([
  // Flinders Peak to Buninyong, the worked example of Geoscience Australia.
  [place(-37.95103341, 144.42486789), place(-37.65282114, 143.92649553), 54972.271, 306.8681],
  [place(0, 0), place(0, 1), 111319.491, 90],
  [place(0, 0), place(1, 0), 110574.389, 0],
  // Over the 180th meridian it is no way round the earth.
  [place(0, 179.5), place(0, -179.5), 111319.491, 90],
])("from %o to %o", (from, to, metres, bearing) => {
  const leg = geodesic(from, to);
  expect(leg.metres).toBeCloseTo(metres, 2);
  expect(leg.bearing).toBeCloseTo(bearing, 3);
});

test("a place is no way from itself, and the other side of the earth is half way round it", () => {
  expect(geodesic(place(60, 25), place(60, 25)).metres).toBe(0);
  expect(geodesic(place(0, 0), place(0.3, 179.9)).metres / 1000).toBeCloseTo(20_000, -2);
});
