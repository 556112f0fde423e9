import { describe, expect, test } from "vitest";
import { longitudeOf } from "../lib/mercator";
import type { LivePosition, Status } from "../live/position";
import { STATUSES } from "../live/position";
import { PositionColumns } from "../live/positionColumns";
import { DeviceStore } from "./deviceStore";

function position(device_id: string, timestamp: number, more: Partial<LivePosition> = {}): LivePosition {
  return { device_id, timestamp, latitude: 60, longitude: 25, status: "moving", ...more };
}

function held(store: DeviceStore): Map<string, number> {
  return new Map(store.positions.all().map((one) => [one.device_id, one.timestamp]));
}

/** The same numbers on each run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

test("a snapshot replaces all that was there, so that no ghost stays after a pan", () => {
  const store = new DeviceStore();
  store.replace(PositionColumns.of([position("a", 1), position("b", 1)]), 0);
  store.replace(PositionColumns.of([position("b", 2), position("c", 2)]), 1);
  expect([...held(store).keys()].sort()).toEqual(["b", "c"]);
});

test("an older position never takes the place of a newer one", () => {
  const store = new DeviceStore();
  store.update(PositionColumns.of([position("a", 5), position("a", 3, { latitude: 1 })]), 0);
  expect(store.positions.position(0)).toMatchObject({ timestamp: 5, latitude: 60 });
});

test("the newest of a device counts in a snapshot that names it twice", () => {
  const store = new DeviceStore();
  store.replace(PositionColumns.of([position("a", 5), position("a", 3)]), 0);
  expect(store.count).toBe(1);
  expect(store.positions.position(0).timestamp).toBe(5);
});

test("after any snapshots and updates it holds the newest positions since the last snapshot", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const next = numbers(seed);
    const store = new DeviceStore();
    let expected = new Map<string, number>();
    for (let step = 0; step < 60; step += 1) {
      const batch = Array.from({ length: Math.floor(next() * 8) }, () =>
        position(`device ${Math.floor(next() * 12)}`, Math.floor(next() * 1000)),
      );
      if (next() < 0.2) {
        expected = new Map();
        store.replace(PositionColumns.of(batch), step);
      } else {
        store.update(PositionColumns.of(batch), step);
      }
      for (const { device_id, timestamp } of batch) {
        expected.set(device_id, Math.max(timestamp, expected.get(device_id) ?? 0));
      }
      expect(held(store)).toEqual(expected);
      for (const [row, one] of store.positions.all().entries()) expect(store.row(one.device_id)).toBe(row);
    }
  }
});

test("columns stay with their device when others are removed", () => {
  const store = new DeviceStore();
  const devices = Array.from({ length: 50 }, (_, i) =>
    position(`d${i}`, i, { longitude: i, status: STATUSES[i % 3] ?? "idle" }),
  );
  store.replace(PositionColumns.of(devices), 0);
  store.replace(PositionColumns.of(devices.filter((_, i) => i % 4 === 1)), 1);
  for (const [row, one] of store.positions.all().entries()) {
    expect(longitudeOf(store.glides.x(row, 1))).toBeCloseTo(one.longitude, 6);
    expect(STATUSES[store.status[row] ?? -1]).toBe(one.status);
    expect(store.positions.timestamp[row]).toBe(one.timestamp);
  }
});

test("a device goes on gliding through the snapshot that a pan brings", () => {
  const store = new DeviceStore();
  store.replace(PositionColumns.of([position("a", 1000)]), 0);
  store.update(PositionColumns.of([position("a", 2000, { longitude: 25.001 })]), 1000);
  const before = store.glides.x(0, 1500);
  store.replace(PositionColumns.of([position("a", 2000, { longitude: 25.001 }), position("b", 2000)]), 1500);
  expect(store.glides.x(store.row("a") ?? -1, 1500)).toBeCloseTo(before, 12);
});

test("it takes no more devices than its limit and counts those it refused", () => {
  const store = new DeviceStore(2);
  store.update(PositionColumns.of([position("a", 1), position("b", 1), position("c", 1)]), 0);
  store.update(PositionColumns.of([position("a", 2)]), 1);
  expect(store.count).toBe(2);
  expect(store.refused).toBe(1);
  expect(held(store).get("a")).toBe(2);
});

describe("status", () => {
  test("becomes stale five minutes after the fix", () => {
    const store = new DeviceStore();
    store.update(PositionColumns.of([position("a", 1_000_000)]), 0);
    expect(store.positionAt(0, 1_299_000)?.status).toBe("moving");
    expect(store.positionAt(0, 1_301_000)?.status).toBe("stale");
  });

  test("becomes stale at the server's time, whatever the clock of the device", () => {
    const store = new DeviceStore();
    store.update(PositionColumns.of([position("a", 1000, { stale_at: 8_200_000 })]), 0);
    expect(store.positionAt(0, 8_200_000)?.status).toBe("moving");
    expect(store.positionAt(0, 8_200_001)?.status).toBe("stale");
    store.update(PositionColumns.of([position("a", 1000, { stale_at: 9_000_000 })]), 1);
    expect(store.positionAt(0, 8_200_001)?.status).toBe("moving");
  });
});

describe("a filter", () => {
  const store = new DeviceStore();
  store.update(
    PositionColumns.of([position("a", 1, { kind: "bus" }), position("b", 1, { kind: "tram" }), position("c", 1)]),
    0,
  );
  const matching = (): string[] =>
    store.positions
      .all()
      .filter((one, row) => store.matches(row, STATUSES.indexOf(one.status)))
      .map((one) => one.device_id);
  const named = (kind: string): boolean => kind === "bus";

  test("by kind leaves the devices of that kind", () => {
    store.setFilter({ statuses: null, kinds: new Set(["bus"]) }, named);
    expect(matching()).toEqual(["a"]);
  });

  test("by other leaves those of no named kind, and those that come later too", () => {
    store.setFilter({ statuses: null, kinds: new Set(["other"]) }, named);
    store.update(PositionColumns.of([position("d", 1, { kind: "balloon" })]), 0);
    expect(matching()).toEqual(["b", "c", "d"]);
  });

  test("by status leaves the devices of that status", () => {
    store.setFilter({ statuses: new Set<Status>(["idle"]), kinds: null }, named);
    expect(matching()).toEqual([]);
  });
});

test("those that stand out are what the filter leaves, with the status of that time, and of those shown alone", () => {
  const store = new DeviceStore();
  const parked = position("b", 400_000, { status: "stopped" });
  store.replace(PositionColumns.of([position("a", 400_000), parked, position("old", 1)]), 0);
  const shown = () => store.shown(400_000).map(({ device_id }) => device_id);
  expect(shown()).toEqual(["a", "b", "old"]);
  store.setFilter({ statuses: new Set<Status>(["moving"]), kinds: null }, () => true);
  expect(shown()).toEqual(["a"]);
  store.setFilter({ statuses: null, kinds: null }, () => true);
  store.isolate(new Set(["b"]));
  expect(shown()).toEqual(["b"]);
});

test("a name that the store knows at a row is not taken for the device that moved there", () => {
  const store = new DeviceStore();
  const update = PositionColumns.of([position("a", 1), position("b", 1), position("c", 1)]);
  store.update(update, 0);
  store.remove("a"); // "c" takes its row
  update.timestamp.fill(2);
  store.update(update, 1);
  expect(held(store)).toEqual(new Map([..."cba"].map((one) => [one, 2])));
  for (const row of [0, 1, 2]) expect(store.row(store.deviceId(row))).toBe(row);
});
