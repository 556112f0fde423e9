import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TileFailureDetector } from "./tileFailure";

let failures = 0;
let watch: TileFailureDetector;

beforeEach(() => {
  vi.useFakeTimers();
  failures = 0;
  watch = new TileFailureDetector(() => {
    failures += 1;
  });
});
afterEach(() => {
  watch.stop();
  vi.useRealTimers();
});

test("five seconds of refused tiles are one failure", () => {
  watch.onRequest();
  watch.onError();
  vi.advanceTimersByTime(4000);
  watch.onError();
  expect(failures).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(failures).toBe(1);
  vi.advanceTimersByTime(60_000);
  expect(failures).toBe(1);
});

test("a tile that comes forgives what was refused before", () => {
  watch.onRequest();
  watch.onError();
  vi.advanceTimersByTime(4000);
  watch.onLoad();
  vi.advanceTimersByTime(60_000);
  expect(failures).toBe(0);
});

test("a silent server fails after fifteen seconds", () => {
  watch.onRequest();
  watch.onRequest();
  vi.advanceTimersByTime(14_000);
  expect(failures).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(failures).toBe(1);
});

test("a stopped detector reports no failure", () => {
  watch.onRequest();
  watch.onError();
  watch.stop();
  vi.advanceTimersByTime(60_000);
  expect(failures).toBe(0);
});
