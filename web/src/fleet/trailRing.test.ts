import { expect, test } from "vitest";
import { X_UNITS, Y_UNITS } from "../lib/mercator";
import { SEGMENT_SIZE, TrailRing } from "./trailRing";

function ring(most?: number): TrailRing {
  return new TrailRing(1000, most);
}

/** Adds pieces that each end so many units east. */
function add(trail: TrailRing, count: number, first = 0): void {
  for (let i = first; i < first + count; i += 1) trail.add(0, 0.5, (i + 1) / X_UNITS, 0.5, 1000 + i * 1000);
}

function ends(trail: TrailRing): number[] {
  return Array.from({ length: trail.count }, (_, piece) => trail.places[piece * SEGMENT_SIZE + 2] ?? Number.NaN);
}

test("a piece is kept with its places and when it ended", () => {
  const trail = ring();
  trail.add(0.25, 0.5, 0.125, 0.75, 3500);
  expect([...trail.places.subarray(0, 4)]).toEqual([X_UNITS / 4, Y_UNITS / 2, X_UNITS / 8, (0.75 * Y_UNITS) | 0]);
  expect(trail.endedAt(0)).toBe(2.5);
});

test("a piece across the 180th meridian is short, as whole numbers wrap around", () => {
  const trail = ring();
  trail.add(0.9999, 0.5, 1.0001, 0.5, 2000);
  const [from = 0, , to = 0] = trail.places;
  expect(((to - from) | 0) / X_UNITS).toBeCloseTo(0.0002, 9);
});

test("what leads nowhere is no piece", () => {
  const trail = ring();
  trail.add(0.5, 0.5, 0.5, 0.5, 2000);
  expect(trail.count).toBe(0);
});

test("it grows, and at its limit the newest replaces the oldest", () => {
  const trail = ring(5000);
  add(trail, 4999);
  expect(trail.count).toBe(4999);
  add(trail, 3, 4999);
  expect(trail.count).toBe(5000);
  expect(ends(trail).slice(0, 3)).toEqual([5001, 5002, 3]);
  expect(ends(trail).at(-1)).toBe(5000);
  const newest = [0, 1, 2].map((back) => trail.places[trail.newest(back) * SEGMENT_SIZE + 2]);
  expect(newest).toEqual([5002, 5001, 5000]);
});

test("each change is drained once, from the first segment to the last", () => {
  const trail = ring(8);
  add(trail, 3);
  expect(trail.drainChanged()).toEqual({ first: 0, end: 3 });
  expect(trail.drainChanged()).toEqual({ first: 0, end: 0 });
  add(trail, 4, 3);
  expect(trail.drainChanged()).toEqual({ first: 3, end: 7 });
  add(trail, 2, 7);
  expect(trail.drainChanged()).toEqual({ first: 0, end: 8 });
});
