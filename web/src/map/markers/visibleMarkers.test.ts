import { beforeEach, describe, expect, test } from "vitest";
import { DeviceStore } from "../../fleet/deviceStore";
import { worldX, worldY } from "../../lib/mercator";
import type { LivePosition } from "../../live/position";
import { PositionColumns } from "../../live/positionColumns";
import type { FrameView } from "../view/frameView";
import { VisibleMarkers } from "./visibleMarkers";

let store: DeviceStore;
let markers: VisibleMarkers;

function position(device_id: string, longitude: number, latitude: number, timestamp = 1000): LivePosition {
  return { device_id, timestamp, longitude, latitude, status: "moving" };
}

function viewAt(longitude: number, latitude: number, scale: number): FrameView {
  const [centreX, centreY] = [worldX(longitude), worldY(latitude)];
  return { centreX, centreY, scale, width: 800, height: 600, pixelRatio: 1, zoom: 10 };
}

beforeEach(() => {
  store = new DeviceStore();
  markers = new VisibleMarkers();
});

describe("in a frame", () => {
  test("is what lies in view and nothing else", () => {
    store.update(PositionColumns.of([position("in", 24.94, 60.17), position("out", -97.7, 30.3)]), 0);
    markers.find(store, viewAt(24.94, 60.17, 2 ** 18), 0, 1000);
    expect(markers.count).toBe(1);
    expect([markers.x[0], markers.y[0]]).toEqual([400, 300]);
  });

  test("a device beyond the 180th meridian is where it is seen, not a world away", () => {
    store.update(PositionColumns.of([position("east", 179.9, 0), position("west", -179.9, 0)]), 0);
    markers.find(store, viewAt(179.95, 0, 2 ** 16), 0, 1000);
    expect(markers.count).toBe(2);
    expect(Math.abs((markers.x[0] ?? 0) - (markers.x[1] ?? 0))).toBeCloseTo((0.2 / 360) * 2 ** 16, 1);
  });

  test("a device shows in each copy of the world", () => {
    store.update(PositionColumns.of([position("a", 0, 0)]), 0);
    markers.find(store, viewAt(0, 0, 300), 0, 1000);
    expect([...markers.x.subarray(0, markers.count)]).toEqual([100, 400, 700]);
  });

  test("thousands have room", () => {
    const many = Array.from({ length: 5000 }, (_, i) => position(`d${i}`, 24.9 + i * 1e-6, 60.17));
    store.update(PositionColumns.of(many), 0);
    markers.find(store, viewAt(24.9, 60.17, 2 ** 18), 0, 1000);
    expect(markers.count).toBe(5000);
  });
});

describe("the speed of a frame", () => {
  test("is nothing when all stand", () => {
    store.update(PositionColumns.of([position("a", 24.94, 60.17)]), 0);
    markers.find(store, viewAt(24.94, 60.17, 2 ** 18), 0, 1000);
    expect(markers.speed).toBe(0);
  });

  test("is that of the fastest marker on its way", () => {
    store.update(PositionColumns.of([position("a", 24.94, 60.17, 1000)]), 0);
    store.update(PositionColumns.of([position("a", 24.941, 60.17, 2000)]), 1000);
    markers.find(store, viewAt(24.94, 60.17, 2 ** 22), 1100, 2000);
    expect(markers.speed).toBeGreaterThan(0);
  });
});

describe("the nearest marker to a pixel", () => {
  beforeEach(() => {
    store.update(PositionColumns.of([position("a", 24.94, 60.17), position("b", 24.941, 60.17)]), 0);
    markers.find(store, viewAt(24.94, 60.17, 2 ** 23), 0, 1000);
  });

  test("is found within the reach", () => {
    expect(markers.nearest(403, 301, 14)).toBe(0);
    expect(markers.nearest(420, 300, 14)).toBe(1);
  });

  test("is none when all are farther", () => {
    expect(markers.nearest(400, 400, 14)).toBe(-1);
  });
});
