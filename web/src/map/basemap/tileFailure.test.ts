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

test("tiles that are refused for five seconds are a failure, told once", () => {
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

test("a server that says nothing has fifteen seconds", () => {
  watch.onRequest();
  watch.onRequest();
  vi.advanceTimersByTime(14_000);
  expect(failures).toBe(0);
  vi.advanceTimersByTime(1000);
  expect(failures).toBe(1);
});

test("who is no longer asked cannot fail", () => {
  watch.onRequest();
  watch.onError();
  watch.stop();
  vi.advanceTimersByTime(60_000);
  expect(failures).toBe(0);
});
