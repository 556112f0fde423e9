import { expect, test } from "vitest";
import type { TrackPoint } from "../engine/types";
import { trackLines } from "./trackLine";

function point(minutes: number, longitude: number): TrackPoint {
  return { time: minutes * 60_000, latitude: 60, longitude };
}

test("a track is one line while fixes come", () => {
  expect(trackLines([point(0, 1), point(5, 2), point(14, 3)])).toHaveLength(1);
});

test("a track breaks where nothing was heard for more than ten minutes", () => {
  expect(trackLines([point(0, 1), point(1, 1.1), point(12, 1.2), point(13, 1.3)])).toHaveLength(2);
});

test("a track breaks where it jumps faster than anything drives, as a replay does when it starts again", () => {
  expect(trackLines([point(0, 1), point(1, 1.1), point(2, 2.1), point(3, 2.2)])).toHaveLength(2);
  expect(trackLines([point(0, 1), point(1, 1.4)])).toHaveLength(1);
});

test("a track breaks at the 180th meridian instead of crossing the whole map", () => {
  expect(trackLines([point(0, 179.8), point(1, 179.9), point(2, -179.9), point(3, -179.8)])).toHaveLength(2);
});

test("a single fix is no line", () => {
  expect(trackLines([point(0, 1)])).toEqual([]);
  expect(trackLines([])).toEqual([]);
});
