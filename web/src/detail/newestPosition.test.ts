import { expect, test } from "vitest";
import type { Device } from "../api/devices";
import type { LivePosition } from "../live/position";
import { newestPosition } from "./newestPosition";

const live: LivePosition = { device_id: "a", timestamp: 2000, latitude: 1, longitude: 2, status: "moving" };
const device: Device = {
  device_id: "a",
  status: "idle",
  distance: 5,
  last_heard: 1000,
  stale_at: 301_000,
  position: { device_id: "a", time: 1000, latitude: 3, longitude: 4 },
};

test("what the map has is newer than what was stored before it", () => {
  expect(newestPosition("a", live, device)).toBe(live);
});

test("what is stored later is taken instead, as is anything when the map has another device", () => {
  const later = { ...device, position: { device_id: "a", time: 3000, latitude: 3, longitude: 4 } };
  expect(newestPosition("a", live, later)).toMatchObject({ timestamp: 3000, latitude: 3, status: "idle" });
  expect(newestPosition("a", { ...live, device_id: "b" }, device)?.timestamp).toBe(1000);
});

test("before anything is known there is nothing", () => {
  expect(newestPosition("a", null, undefined)).toBeNull();
});
