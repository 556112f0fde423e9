import { expect, test } from "vitest";
import { DeviceStore } from "../../fleet/deviceStore";
import { STATUSES, type Status } from "../../live/position";
import { PositionColumns } from "../../live/positionColumns";
import { MarkerBuffer } from "./markerBuffer";
import { DRAWING_ORDER, MarkerOrder } from "./markerOrder";

const STALE_AFTER = 300_000; // ms

function fleet(...statuses: Status[]): DeviceStore {
  const store = new DeviceStore();
  const positions = statuses.map((status, i) => ({
    ...{ device_id: `${i}`, timestamp: i * 1000, longitude: i, latitude: 0, status },
  }));
  store.update(PositionColumns.of(positions), 0);
  return store;
}

function sorted(store: DeviceStore, now = 0): MarkerOrder {
  const order = new MarkerOrder();
  const buffer = new MarkerBuffer();
  buffer.update(store, 0, 0);
  order.sort(buffer, store.count, now);
  return order;
}

function rowsOf(order: MarkerOrder, status: Status): number[] {
  const code = STATUSES.indexOf(status);
  const first = order.first[code] ?? 0;
  return [...order.rows.slice(first, first + (order.count[code] ?? 0))];
}

test("rows lie together by status, and what moves comes last", () => {
  const order = sorted(fleet("moving", "stopped", "moving", "idle", "stopped"));
  expect(rowsOf(order, "moving")).toEqual([0, 2]);
  expect(rowsOf(order, "stopped")).toEqual([1, 4]);
  expect(rowsOf(order, "idle")).toEqual([3]);
  expect(rowsOf(order, "stale")).toEqual([]);
  expect(DRAWING_ORDER.map((code) => STATUSES[code])).toEqual(["stale", "stopped", "idle", "moving"]);
  expect([...order.rows.slice(0, 5)]).toEqual([1, 4, 3, 0, 2]);
});

test("a device that has gone stale is drawn as such, and as before where time runs back", () => {
  const store = fleet("moving", "moving");
  const between = (STALE_AFTER + 500) / 1000; // the first has gone stale, the second has not
  const order = sorted(store, between);
  expect(rowsOf(order, "stale")).toEqual([0]);
  expect(rowsOf(order, "moving")).toEqual([1]);
  expect(order.holds(2, between + 0.4)).toBe(true);
  expect(order.holds(2, between + 1)).toBe(false);
  expect(order.holds(2, between - 1)).toBe(false);
});

test("what is hidden is in no draw", () => {
  const store = fleet("moving", "stopped", "stale");
  store.isolate(new Set(["1"]));
  const order = sorted(store);
  expect([...order.count]).toEqual(STATUSES.map((status) => Number(status === "stopped")));
});

test("it holds no longer when devices have gone", () => {
  const order = sorted(fleet("moving", "moving"));
  expect(order.holds(2, 0)).toBe(true);
  expect(order.holds(1, 0)).toBe(false);
});
