import { beforeEach, expect, test } from "vitest";
import { longitudeOf, worldX, worldY } from "../lib/mercator";
import { Glides } from "./glides";

let glides: Glides;

beforeEach(() => {
  glides = new Glides();
  glides.grow(4);
});

function place(longitude: number, latitude: number, course?: number): void {
  glides.place(0, worldX(longitude), worldY(latitude), course, 0);
}

function move(longitude: number, latitude: number, now: number, course?: number): void {
  glides.move(0, worldX(longitude), worldY(latitude), course, now, 1000);
}

test("a marker starts where it is shown and ends where the device is", () => {
  place(24.94, 60.17);
  move(24.941, 60.17, 1000);
  expect(longitudeOf(glides.x(0, 1000))).toBeCloseTo(24.94, 6);
  expect(longitudeOf(glides.x(0, 5000))).toBeCloseTo(24.941, 6);
});

test("a new fix on the way causes no jump", () => {
  place(24.94, 60.17);
  move(24.941, 60.17, 1000);
  const shown = glides.x(0, 1500);
  move(24.942, 60.17, 1500);
  expect(glides.x(0, 1500)).toBeCloseTo(shown, 12);
});

test("a marker moves steadily and never back", () => {
  place(24.94, 60.17);
  move(24.941, 60.17, 1000);
  let before = glides.x(0, 1000);
  for (let now = 1010; now < 3000; now += 10) {
    const x = glides.x(0, now);
    expect(x).toBeGreaterThanOrEqual(before);
    before = x;
  }
});

test("a device whose fix is late goes on as it went, for half its glide at most and three seconds, and then stands", () => {
  place(24.94, 60.17);
  move(24.941, 60.17, 1000);
  glides.extend(0);
  const [from, to] = [worldX(24.94), worldX(24.941)];
  expect(glides.isMoving(0, 2600)).toBe(true);
  expect(glides.x(0, 2100) - from).toBeCloseTo(to - from, 12);
  expect(glides.x(0, 2320) - from).toBeCloseTo((to - from) * 1.2, 12);
  expect(glides.x(0, 60_000) - from).toBeCloseTo((to - from) * 1.5, 12);
  expect(glides.isMoving(0, 60_000)).toBe(false);
  move(24.96, 60.17, 20_000);
  glides.extend(0);
  const end = (glides.start[0] ?? 0) + (glides.duration[0] ?? 0);
  expect(glides.isMoving(0, end + 3001)).toBe(false);
});

test("one that was shown further than it came glides back without turning round", () => {
  place(24.94, 60.17, 90);
  move(24.941, 60.17, 1000, 90);
  glides.extend(0);
  move(24.941, 60.17, 4000, 90);
  expect(glides.x(0, 4000)).toBeGreaterThan(worldX(24.941));
  expect(glides.course(0, 4400)).toBeCloseTo(90, 0);
});

test("a glide over the 180th meridian takes the short way", () => {
  place(179.9995, 0);
  move(-179.9995, 0, 1000);
  for (let now = 1000; now < 3000; now += 100) {
    const longitude = longitudeOf(glides.x(0, now));
    expect(Math.abs(longitude)).toBeGreaterThan(179.999);
  }
  expect(longitudeOf(glides.x(0, 3000))).toBeCloseTo(-179.9995, 6);
});

test("a device that is suddenly elsewhere appears there at once", () => {
  place(24.94, 60.17);
  move(-97.7, 30.3, 1000);
  expect(longitudeOf(glides.x(0, 1000))).toBeCloseTo(-97.7, 6);
});

test("nothing glides with reduced motion", () => {
  glides.smooth = false;
  place(24.94, 60.17);
  move(24.941, 60.17, 1000);
  expect(longitudeOf(glides.x(0, 1000))).toBeCloseTo(24.941, 6);
});

test("what went on while nobody looked is not shown after the fact", () => {
  place(24.94, 60.17, 10);
  move(24.941, 60.17, 1000, 90);
  glides.finishAll(1);
  expect(longitudeOf(glides.x(0, 1001))).toBeCloseTo(24.941, 6);
  expect(glides.course(0, 1001)).toBeCloseTo(90, 0);
});

test("a marker points the way it is seen to go on a long leg, and as reported on a short one", () => {
  place(24.94, 60.17, 0);
  move(24.942, 60.17, 1000, 45);
  expect(glides.course(0, 3000)).toBeCloseTo(90, 0);
  move(24.942_01, 60.17, 3000, 45);
  expect(glides.course(0, 9000)).toBeCloseTo(45, 0);
});

test("a device without a reported course has none", () => {
  place(24.94, 60.17);
  expect(glides.course(0, 0)).toBeUndefined();
});
