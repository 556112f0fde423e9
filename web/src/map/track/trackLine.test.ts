import { expect, test } from "vitest";
import { trackLines } from "./trackLine";
import type { TrackPoint } from "./trackState";

function point(minutes: number, longitude: number): TrackPoint {
  return { time: minutes * 60_000, latitude: 60, longitude };
}

test("a track is one line while fixes come", () => {
  expect(trackLines([point(0, 1), point(5, 2), point(14, 3)])).toHaveLength(1);
});

test("a track has a gap after ten minutes without a report", () => {
  expect(trackLines([point(0, 1), point(1, 1.1), point(12, 1.2), point(13, 1.3)])).toHaveLength(2);
});

test("a track breaks where it jumps faster than anything drives, as a replay does when it starts again", () => {
  expect(trackLines([point(0, 1), point(1, 1.1), point(2, 2.1), point(3, 2.2)])).toHaveLength(2);
  expect(trackLines([point(0, 1), point(1, 1.4)])).toHaveLength(1);
});

test("a track that passes the 180th meridian is drawn up to it on either side", () => {
  const east = [point(0, 179.8), point(1, 179.9), { ...point(2, -179.9), latitude: 60.1 }, point(3, -179.8)];
  const [before, after] = trackLines(east);
  expect(before?.map(([longitude]) => longitude)).toEqual([179.8, 179.9, 180]);
  expect(after?.map(([longitude]) => longitude)).toEqual([-180, -179.9, -179.8]);
  expect(before?.at(-1)?.[1]).toBeCloseTo(60.05);
  expect(after?.[0]?.[1]).toBeCloseTo(60.05);
  const west = trackLines([point(0, -179.9), point(1, 179.9)]);
  expect(west.map((line) => line.map(([longitude]) => longitude))).toEqual([
    [-179.9, -180],
    [180, 179.9],
  ]);
});

test("a track that stands on the 180th meridian stays there, however it is written", () => {
  const longitudes = trackLines([point(0, 180), point(1, -180)]).flat(1);
  expect(longitudes.every(([longitude]) => Math.abs(longitude) === 180)).toBe(true);
});

test("a single fix is no line", () => {
  expect(trackLines([point(0, 1)])).toEqual([]);
  expect(trackLines([])).toEqual([]);
});
