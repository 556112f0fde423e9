import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TileWatch } from "./tileWatch";

let failures = 0;
let watch: TileWatch;

beforeEach(() => {
  vi.useFakeTimers();
  failures = 0;
  watch = new TileWatch(() => {
    failures += 1;
  });
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

test("tiles that are refused for five seconds are a failure, told once", () => {
  watch.asked();
  watch.refused();
  vi.advanceTimersByTime(4000);
  watch.refused();
  expect(failures).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(failures).toBe(1);
  vi.advanceTimersByTime(60_000);
  expect(failures).toBe(1);
});

test("a tile that comes forgives what was refused before", () => {
  watch.asked();
  watch.refused();
  vi.advanceTimersByTime(4000);
  watch.came();
  vi.advanceTimersByTime(60_000);
  expect(failures).toBe(0);
});

test("a server that says nothing has fifteen seconds", () => {
  watch.asked();
  watch.asked();
  vi.advanceTimersByTime(14_000);
  expect(failures).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(failures).toBe(1);
});

test("who is no longer asked cannot fail", () => {
  watch.asked();
  watch.refused();
  watch.stop();
  vi.advanceTimersByTime(60_000);
  expect(failures).toBe(0);
});
