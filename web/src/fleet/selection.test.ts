import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LivePosition } from "../live/position";
import { PositionColumns } from "../live/positionColumns";
import { DeviceStore } from "./deviceStore";
import { Selection } from "./selection";

const DRIVEN_OUT = {
  device_id: "a",
  status: "moving",
  speed: 9,
  distance: 0,
  position: { device_id: "a", time: 9000, latitude: 61, longitude: 26 },
};

let store: DeviceStore;
let selection: Selection;

function live(timestamp: number): LivePosition {
  return { device_id: "a", timestamp, latitude: 60, longitude: 25, status: "moving" };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(100_000);
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => Response.json(DRIVEN_OUT)),
  );
  store = new DeviceStore();
  selection = new Selection({
    base: "http://example.org/maps/",
    scene: () => ({ store, now: () => 10_000, past: false }),
  });
});

afterEach(() => {
  selection.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("a device in view is not requested", async () => {
  selection.set("a");
  for (let time = 20_000; time < 40_000; time += 1000) {
    store.update(PositionColumns.of([live(time)]), performance.now());
    await vi.advanceTimersByTimeAsync(1000);
  }
  // Once, before the first position came.
  expect(fetch).toHaveBeenCalledTimes(1);
  expect(selection.position.get()?.timestamp).toBe(39_000);
});

test("a device out of view is requested every five seconds, with the speed of its last leg", async () => {
  selection.set("a");
  await vi.advanceTimersByTimeAsync(11_000);
  expect(fetch).toHaveBeenCalledTimes(3);
  expect(selection.position.get()).toMatchObject({ timestamp: 9000, latitude: 61, speed: 9 });
});

test("a device that left the view is shown at its present place, not where it left", async () => {
  store.update(PositionColumns.of([live(1000)]), performance.now());
  selection.set("a");
  await vi.advanceTimersByTimeAsync(6000);
  expect(selection.position.get()).toMatchObject({ timestamp: 9000, latitude: 61 });
  expect(store.positions.position(0)).toMatchObject({ timestamp: 9000, latitude: 61 });
});

test("after stop there are no requests", async () => {
  selection.set("a");
  selection.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(vi.getTimerCount()).toBe(0);
});
