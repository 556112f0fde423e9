import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { STATS } from "../testing/fakeEngine";
import type { Lag } from "./connection";
import { LagMonitor } from "./lagMonitor";
import { PositionColumns } from "./positionColumns";

let lag: Lag | null;
let watch: LagMonitor;

beforeEach(() => {
  vi.useFakeTimers();
  lag = null;
  watch = new LagMonitor((reported) => {
    lag = reported;
  });
  watch.start();
});

afterEach(() => {
  watch.stop();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Statistics twice a second, each so long on its way, from positions that waited so long. */
function receive(seconds: number, delay = 0, p99: number | null = null): void {
  for (let i = 0; i < seconds * 2; i += 1) {
    const time = Date.now() - delay;
    watch.onMessage({ type: "stats", time, stats: { ...STATS, lag: p99 === null ? null : { p50: 0, p99 } } });
    vi.advanceTimersByTime(500);
  }
}

/** Delays all further messages: the next one was sent when the last one was received. */
function fallBehind(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
}

test("nothing is behind where all comes as fast as it did, however wrong the clocks are", () => {
  receive(30, 86_400_000, 40);
  expect(lag).toBeNull();
});

test("what takes longer on its way than before is behind by the network", () => {
  receive(5);
  fallBehind(3400);
  receive(5, 3400);
  expect(lag).toEqual({ milliseconds: 3400, cause: "network" });
  receive(11);
  expect(lag).toBeNull();
});

test("positions that wait in the server are a lag of the server", () => {
  receive(5, 0, 4200);
  expect(lag).toEqual({ milliseconds: 4200, cause: "server" });
});

test("a link that falls silent is behind for as long as it is", () => {
  receive(5);
  vi.advanceTimersByTime(6000);
  expect(lag).toMatchObject({ cause: "network" });
  receive(1);
  expect(lag).toBeNull();
});

test("a page whose own timer is late is behind by the browser", () => {
  receive(5);
  const now = performance.now.bind(performance);
  let busy = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now() + busy);
  for (let i = 0; i < 5; i += 1) {
    // Messages that came while it was busy are handled afterwards.
    busy += 3000;
    receive(0.5, 3000 - busy);
  }
  expect(lag).toMatchObject({ cause: "browser" });
});

test("what a busy page held up is not put down to the network as soon as it is busy no more", () => {
  receive(5);
  const now = performance.now.bind(performance);
  const busy = 4000;
  vi.spyOn(performance, "now").mockImplementation(() => now() + busy);
  receive(0.5, 0); // sent when it became busy
  receive(8, 3000 - busy);
  expect(lag).toMatchObject({ cause: "browser" });
  receive(5, 3000 - busy);
  expect(lag).toEqual({ milliseconds: 3000, cause: "network" });
});

test("an unrequested snapshot, as after an erasure, is no sign of a lag", () => {
  receive(5);
  watch.onMessage({
    type: "snapshot",
    view: 0,
    epoch: "a",
    seq: 1,
    time: null,
    positions: new PositionColumns(),
    garbled: 0,
  });
  vi.advanceTimersByTime(500);
  expect(lag).toBeNull();
});

test("a server whose clock is set back is not behind", () => {
  receive(5);
  receive(5, 3_600_000);
  expect(lag).toBeNull();
  fallBehind(3400);
  receive(5, 3_603_400);
  expect(lag).toEqual({ milliseconds: 3400, cause: "network" });
});

test("a page that was suspended resets its samples", () => {
  receive(5, 0, 9000);
  expect(lag).not.toBeNull();
  vi.spyOn(performance, "now").mockReturnValue(performance.now() + 3_600_000);
  vi.advanceTimersByTime(500);
  expect(lag).toBeNull();
});
