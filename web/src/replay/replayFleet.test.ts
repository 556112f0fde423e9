import { beforeEach, describe, expect, test } from "vitest";
import { DeviceStore } from "../fleet/deviceStore";
import { TrailRing } from "../fleet/trailRing";
import { longitudeOf, X_UNITS } from "../lib/mercator";
import { testBlock } from "../testing/replayBlocks";
import type { Blocks } from "./replayFleet";
import { LONGEST_HOLD, LONGEST_LEG, ReplayFleet } from "./replayFleet";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const START = 500 * HOUR;
const NOTHING: Blocks = { before: null, now: null, after: null };

let store: DeviceStore;
let fleet: ReplayFleet;

beforeEach(() => {
  store = new DeviceStore();
  fleet = new ReplayFleet({ store, deviceName: (deviceId) => (deviceId === "a" ? "Anna" : undefined) });
});

/** A device that is one degree further east each minute. */
function drive(from: number, to: number, each = MINUTE) {
  const fixes = [];
  for (let time = from; time <= to; time += each) fixes.push(fix(time));
  return fixes;
}

function fix(time: number) {
  return { time, longitude: (time - START) / MINUTE, latitude: 10, speed: 20, course: 90 };
}

function longitude(time: number, deviceId = "a"): number | null {
  const row = store.row(deviceId);
  return row === undefined ? null : longitudeOf(store.glides.x(row, time));
}

function status(time: number): string | undefined {
  return store.positionAt(store.row("a") ?? -1, time)?.status;
}

describe("a device of the past", () => {
  test("is at any time where it was on the way between two fixes, whichever way the time goes", () => {
    const now = testBlock(START, { a: drive(START, START + 50 * MINUTE) });
    for (const minute of [0, 0.25, 0.5, 7, 7.75, 49.9, 3.3, 50, 0.1]) {
      const time = START + minute * MINUTE;
      fleet.show(time, { ...NOTHING, now });
      expect(longitude(time)).toBeCloseTo(minute, 6);
    }
  });

  test("has the name that is known of it, its kind, and the fix that it comes from", () => {
    fleet.show(START + 90_000, { ...NOTHING, now: testBlock(START, { a: drive(START, START + 5 * MINUTE) }) });
    const position = { device_id: "a", name: "Anna", kind: "car", status: "moving", timestamp: START + MINUTE };
    expect(store.positions.position(0)).toMatchObject(position);
  });

  test("goes on across the end of an hour, and once that is there, no sooner", () => {
    const time = START + HOUR - 30_000;
    const now = testBlock(START, { a: drive(START, START + HOUR - MINUTE) });
    const after = testBlock(START + HOUR, { a: drive(START + HOUR, START + HOUR + MINUTE) });
    fleet.show(time, { ...NOTHING, now });
    expect(longitude(time)).toBeCloseTo(59, 6);
    fleet.show(time, { ...NOTHING, now, after });
    expect(longitude(time)).toBeCloseTo(59.5, 6);
    fleet.show(START + HOUR + 30_000, { before: now, now: after, after: null });
    expect(longitude(START + HOUR + 30_000)).toBeCloseTo(60.5, 6);
  });

  test("crosses the 180th meridian the short way round", () => {
    const [west, east] = [179.9, -179.9].map((at, i) => ({ time: START + i * MINUTE, longitude: at, latitude: 0 }));
    if (!west || !east) throw new Error("expected two fixes");
    const time = START + MINUTE / 4;
    fleet.show(time, { ...NOTHING, now: testBlock(START, { a: [west, east] }) });
    expect(longitude(time)).toBeCloseTo(179.95, 6);
  });

  test("is not taken across a silence: it stands, is stale, goes, and comes back with its next fix", () => {
    const last = START + MINUTE;
    const now = testBlock(START, { a: [fix(START), fix(last)] });
    const after = testBlock(START + HOUR, { a: [fix(START + 1.9 * HOUR)] });
    fleet.show(last + LONGEST_LEG, { ...NOTHING, now, after });
    expect(longitude(last + LONGEST_LEG)).toBeCloseTo(1, 6);
    expect(status(last + 4 * MINUTE)).toBe("moving");
    expect(status(last + 6 * MINUTE)).toBe("stale");
    const blocks = { before: now, now: after, after: null };
    fleet.show(last + LONGEST_HOLD - 1, blocks);
    expect(store.count).toBe(1);
    fleet.show(last + LONGEST_HOLD, blocks);
    expect(store.count).toBe(0);
    fleet.show(START + 1.9 * HOUR, blocks);
    expect(longitude(START + 1.9 * HOUR)).toBeCloseTo(114, 6);
  });

  test("is on its way for ten minutes at most, and not stale on it", () => {
    const now = testBlock(START, { a: drive(START, START + LONGEST_LEG, LONGEST_LEG) });
    const time = START + 9 * MINUTE;
    fleet.show(time, { ...NOTHING, now });
    expect(longitude(time)).toBeCloseTo(9, 6);
    expect(status(time)).toBe("moving");
  });

  test("that stood for minutes is stopped, whatever status it began with", () => {
    const stood = [fix(START), { ...fix(START), time: START + 5 * MINUTE }];
    fleet.show(START + MINUTE, { ...NOTHING, now: testBlock(START, { a: stood }) });
    expect(status(START + MINUTE)).toBe("stopped");
  });

  test("is not there before its first fix, nor in another hour", () => {
    const now = testBlock(START, { a: [fix(START + 5 * MINUTE)] });
    fleet.show(START + 4 * MINUTE, { ...NOTHING, now });
    expect(store.count).toBe(0);
    fleet.show(START + 5 * MINUTE, { ...NOTHING, now });
    expect(store.count).toBe(1);
    fleet.show(START + 9 * HOUR, NOTHING);
    expect(store.count).toBe(0);
  });
});

test("no row is written while all devices are between fixes, so that frames cost nothing", () => {
  const now = testBlock(START, { a: drive(START, START + 5 * MINUTE), b: drive(START, START + 5 * MINUTE) });
  expect(fleet.show(START + 1000, { ...NOTHING, now })).toBe(true);
  expect(fleet.show(START + 2000, { ...NOTHING, now })).toBe(false);
  expect(fleet.show(START + MINUTE, { ...NOTHING, now })).toBe(true);
});

test("the fix before and the one behind a time are found, that of the time itself is neither", () => {
  const now = testBlock(START, { a: drive(START, START + 5 * MINUTE) });
  fleet.show(START + MINUTE, { ...NOTHING, now });
  expect(fleet.adjacentFix("a", START + MINUTE, -1)?.time).toBe(START);
  expect(fleet.adjacentFix("a", START + MINUTE, 1)?.time).toBe(START + 2 * MINUTE);
  expect(fleet.adjacentFix("a", START, -1)).toBeNull();
  expect(fleet.adjacentFix("nobody", START, 1)).toBeNull();
});

describe("the ways that devices of the past went", () => {
  const now = testBlock(START, {
    a: [...drive(START, START + 9 * MINUTE), ...drive(START + 30 * MINUTE, START + HOUR)],
  });
  const pieces = () => store.glides.trail?.count ?? 0;
  const show = (minute: number) => fleet.show(START + minute * MINUTE, { ...NOTHING, now });

  beforeEach(() => {
    store.glides.trail = new TrailRing(START);
    show(0);
  });

  test("are left behind fix by fix as time goes on, with the time at which each ended", () => {
    for (const minute of [0.5, 1.2, 1.8, 2.1]) show(minute);
    expect(pieces()).toBe(2);
    expect(store.glides.trail?.endedAt(store.glides.trail.newest(0))).toBe(120);
    const [fromX = 0, , toX = 0] = store.glides.trail?.places.subarray(0, 3) ?? [];
    expect(longitudeOf(toX / X_UNITS) - longitudeOf(fromX / X_UNITS)).toBeCloseTo(1, 6);
  });

  test("are forgotten where time goes back, and where it leaps no way leads there", () => {
    show(1.5);
    show(1.2);
    expect(pieces()).toBe(0);
    show(2.5);
    expect(pieces()).toBe(1);
    fleet.jump();
    show(7);
    expect(pieces()).toBe(0);
    show(8.5);
    expect(pieces()).toBe(1);
  });

  test("do not cross a silence in which nothing is known", () => {
    for (const minute of [8.5, 9.5, 20, 30.5]) show(minute);
    const before = pieces();
    show(31.5);
    expect(pieces()).toBe(before + 1);
    expect(before).toBe(2); // up to the eighth minute, and up to the ninth
  });

  test("are not recorded while trails are off", () => {
    store.glides.trail = null;
    show(5);
    show(1);
    expect(store.glides.trail).toBeNull();
  });
});
