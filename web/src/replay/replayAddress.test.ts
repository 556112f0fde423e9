import { expect, test } from "vitest";
import { MOST_MEMBERS } from "../fleet/group";
import type { ReplayState } from "./replay";
import { readReplay, writeReplay } from "./replayAddress";

const HOUR = 3_600_000;
const STATE: ReplayState = {
  range: { from: HOUR, to: 3 * HOUR },
  time: 2 * HOUR + 5000,
  playing: true,
  speed: 600,
  devices: null,
  loop: false,
  waiting: false,
  error: null,
  stored: [],
  newer: 0,
};

test("a moment of a replay is written, and read back", () => {
  const hash = writeReplay("#4/50/15", STATE);
  expect(hash).toContain("t=1970-01-01T02:00:05Z");
  expect(readReplay(hash)).toEqual({ range: STATE.range, time: STATE.time, speed: STATE.speed, devices: null });
  expect(writeReplay(hash, null)).toBe("#4/50/15");
});

test.each([
  "",
  "#4/50/15",
  "#4/50/15?mode=live",
  "#4/50/15?mode=replay",
  "#4/50/15?mode=replay&from=then&to=now",
  "#4/50/15?mode=replay&from=1970-01-02T00:00:00Z&to=1970-01-01T00:00:00Z",
])("an address that says %s plays nothing", (hash) => {
  expect(readReplay(hash)).toBeNull();
});

test("the only devices that are played are named, whatever is in their names", () => {
  const devices = ["van 1", "a,b", "50%"];
  const hash = writeReplay("#4/50/15", { ...STATE, devices });
  expect(readReplay(hash)?.devices).toEqual(devices);
  expect(writeReplay(hash, STATE)).not.toContain("devices");
});

test("as many devices as a group may have are named", () => {
  const devices = Array.from({ length: MOST_MEMBERS }, (_, i) => `van ${i}`);
  expect(readReplay(writeReplay("", { ...STATE, devices }))?.devices).toEqual(devices);
});

test("a time outside of its range is its beginning, and a speed that there is not is left to us", () => {
  const hash = "#?mode=replay&from=1970-01-01T01:00:00Z&to=1970-01-01T03:00:00Z&t=1999-01-01T00:00:00Z&speed=7";
  expect(readReplay(hash)).toEqual({ range: STATE.range, time: HOUR, speed: null, devices: null });
});
