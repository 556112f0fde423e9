import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { blockBytes } from "../testing/replayBlocks";
import { ReplayPlayer } from "./replayPlayer";

const HOUR = 3_600_000;
const START = 500 * HOUR;
const RANGE = { from: START, to: START + 4 * HOUR };
const FIRST = START + 60_000;

let player: ReplayPlayer;
let asked: string[];
let heard: number;
let selected: string | null;
let scenes: boolean[];
/** What the server does with a path; undefined lets it answer well. */
let answer: (path: string) => Response | Promise<Response> | undefined;

/** Hours 500, 501 and 503 hold a device that reports each minute. */
function serve(path: string): Response {
  if (path.startsWith("?")) {
    return Response.json({ length: HOUR, blocks: [500, 501, 503].map((block) => ({ block, version: "v" })) });
  }
  const number = Number(path.split("/")[1]);
  const fixes = Array.from({ length: 59 }, (_, i) => (i + 1) * 60_000).map((offset) => ({
    time: number * HOUR + offset,
    longitude: offset / HOUR,
    latitude: 0,
  }));
  return new Response(blockBytes(number * HOUR, { a: fixes }));
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  scenes = [];
  heard = 7;
  selected = null;
  answer = () => undefined;
  vi.stubGlobal(
    "fetch",
    vi.fn(async (url: URL, { signal }: { signal: AbortSignal }) => {
      const path = url.href.split("/api/history/replay")[1] ?? "";
      asked.push(path);
      const response = await (answer(path) ?? serve(path));
      signal.throwIfAborted();
      return response;
    }),
  );
  player = new ReplayPlayer({
    base: "http://example.org/maps/",
    serverNow: () => START + 100 * HOUR,
    nameOf: () => undefined,
    selected: () => selected,
    liveCount: () => heard,
    onScene: (past) => scenes.push(past),
    onChange: () => undefined,
  });
});

afterEach(() => {
  player.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const state = () => {
  const held = player.state.get();
  if (!held) throw new Error("expected a replay");
  return held;
};
const shown = () => player.store.positions.map(({ timestamp }) => timestamp);

async function shownAt(time: number): Promise<void> {
  player.show(RANGE, time);
  await pass(1000);
}

describe("a replay", () => {
  test("begins where its history begins, standing, and says where there is any", async () => {
    player.show(RANGE);
    expect(state().waiting).toBe(true);
    await pass(1000);
    expect(state()).toMatchObject({ time: FIRST, playing: false, waiting: false, error: null });
    expect(state().stored).toEqual([
      { from: START, to: START + 2 * HOUR },
      { from: START + 3 * HOUR, to: START + 4 * HOUR },
    ]);
    expect(shown()).toEqual([FIRST]);
  });

  test("begins where half of the devices are on the map, as they are told of", async () => {
    const fixes = (first: number) => [{ time: START + first, longitude: 1, latitude: 2 }];
    const block = blockBytes(START, { a: fixes(60_000), b: fixes(120_000), c: fixes(900_000) });
    answer = (path) => (path.startsWith("/500") ? new Response(block) : undefined);
    player.show(RANGE);
    await pass(1000);
    expect(state().time).toBe(START + 120_000);
    expect(player.fleet().map(({ device_id }) => device_id)).toEqual(["a", "b"]);
    player.seek(START + 500_000);
    expect(player.fleet().map(({ status }) => status)).toEqual(["stale", "stale"]);
  });

  test("begins with its range where all that the hour holds comes later", async () => {
    player.show({ from: START, to: START + 30_000 });
    await pass(1000);
    expect(state()).toMatchObject({ time: START, waiting: false });
    expect(player.fleet()).toEqual([]);
  });

  test("keeps the play-head in another range where something was to be seen, and else begins that one", async () => {
    await shownAt(START + 600_000);
    player.show({ from: START, to: START + HOUR });
    await pass(1000);
    expect(state().time).toBe(START + 600_000);
    answer = (path) => (path.startsWith("?") ? Response.json({ length: HOUR, blocks: [] }) : undefined);
    player.show({ from: START - 3 * HOUR, to: START - 2 * HOUR });
    await pass(1000);
    expect(state().time).toBe(START - 3 * HOUR);
    answer = () => undefined;
    player.show({ from: START - 4 * HOUR, to: START + HOUR });
    await pass(1000);
    expect(state().time).toBe(FIRST);
  });

  test("in a loop begins anew at the end, until it is told not to", async () => {
    await shownAt(RANGE.to - 1000);
    player.setLoop(true);
    player.setSpeed(3600);
    player.play(true);
    await pass(2000);
    expect(state().playing).toBe(true);
    expect(state().time).toBeLessThan(START + 3 * HOUR);
    player.setLoop(false);
    player.seek(RANGE.to - 1000);
    await pass(1000);
    expect(state()).toMatchObject({ playing: false, time: RANGE.to });
  });

  test("goes on at its speed, stands when it is told to, and ends at the end", async () => {
    await shownAt(START + 600_000);
    player.setSpeed(10);
    player.play(true);
    await pass(6000);
    expect(Math.abs(player.clock.time() - START - 660_000)).toBeLessThan(2000);
    player.play(false);
    const stood = player.clock.time();
    await pass(5000);
    expect(player.clock.time()).toBe(stood);
    expect(player.clock.speed()).toBe(0);
    player.seek(RANGE.to - 1000);
    player.play(true);
    await pass(2000);
    expect(state()).toMatchObject({ time: RANGE.to, playing: false });
  });

  test("does not jump after the tab has slept", async () => {
    await shownAt(START + 600_000);
    player.setSpeed(60);
    player.play(true);
    const before = player.clock.time();
    vi.setSystemTime(Date.now() + HOUR);
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + HOUR);
    player.advance();
    expect(player.clock.time() - before).toBeLessThanOrEqual(60 * 250);
    vi.restoreAllMocks();
  });

  test("waits where the next hour is not there yet, and goes on once it is", async () => {
    let arrive = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    answer = (path) => (path.startsWith("/501") ? late.then(() => serve(path)) : undefined);
    await shownAt(START + HOUR - 2000);
    player.setSpeed(10);
    player.play(true);
    await pass(3000);
    expect(player.clock.time()).toBeLessThan(START + HOUR);
    arrive();
    await pass(3000);
    expect(player.clock.time()).toBeGreaterThan(START + HOUR);
    expect(state().waiting).toBe(false);
  });

  test("asks for each block once in each level, however it is moved about", async () => {
    await shownAt(START + 600_000);
    for (const minute of [5, 50, 12, 59, 61, 0, 30, 65]) {
      player.seek(START + minute * 60_000);
      await pass(500);
    }
    expect(new Set(asked).size).toBe(asked.length);
  });

  test("passes an hour in which nothing is stored without waiting", async () => {
    await shownAt(START + 2.5 * HOUR);
    expect(state().waiting).toBe(false);
    player.setSpeed(3600);
    player.play(true);
    await pass(900);
    expect(player.clock.time()).toBeGreaterThan(START + 3 * HOUR);
  });

  test("says why history cannot be had, and asks again when that is wanted", async () => {
    answer = (path) =>
      path.startsWith("/") ? Response.json({ detail: "the store is away" }, { status: 503 }) : undefined;
    await shownAt(START + 600_000);
    expect(state()).toMatchObject({ error: "the store is away", waiting: false });
    const tries = asked.length;
    await pass(5000);
    expect(asked.length).toBe(tries);
    answer = () => undefined;
    player.retry();
    await pass(1000);
    expect(state()).toMatchObject({ error: null, waiting: false });
    expect(shown()).toEqual([START + 600_000]);
  });

  test("says why it is not known what there is, and asks again when that is wanted", async () => {
    answer = () => Response.json({ length: 0 });
    await shownAt(START + 600_000);
    expect(state().error).toContain("cannot be understood");
    answer = () => undefined;
    player.retry();
    await pass(1000);
    expect(shown()).toEqual([START + 600_000]);
  });

  test("takes a block that has gone meanwhile for empty, and one that is garbled for a fault", async () => {
    answer = (path) => (path.startsWith("/500") ? Response.json({}, { status: 404 }) : undefined);
    await shownAt(START + 600_000);
    expect(state()).toMatchObject({ error: null, waiting: false });
    expect(shown()).toEqual([]);
    answer = (path) => (path.startsWith("/500") ? new Response("no block") : undefined);
    await shownAt(START + 600_001);
    expect(state().error).toContain("cannot be understood");
  });

  test("is played from a coarser level where an hour is too large", async () => {
    const large = new Uint8Array(33 * 2 ** 20);
    answer = (path) => (path.includes("/500/0") ? new Response(large) : undefined);
    await shownAt(START + 600_000);
    expect(asked.filter((path) => path.startsWith("/500")).map((path) => path.split(/[/?]/)[2])).toEqual([
      "3",
      "0",
      "1",
    ]);
    expect(state()).toMatchObject({ error: null, waiting: false });
    expect(asked.filter((path) => path.includes("/0?"))).toHaveLength(1);
  });

  test("counts what comes live meanwhile, and gives the map back", async () => {
    await shownAt(START + 600_000);
    heard += 5;
    await pass(1000);
    expect(state().newer).toBe(5);
    player.end();
    expect(scenes).toEqual([true, false]);
    expect(player.state.get()).toBeNull();
    expect(player.store.count).toBe(0);
  });

  test("is of some devices only, whose blocks alone are asked for, also of another range, until it is of all", async () => {
    await shownAt(START + 600_000);
    player.limit(["b", "a"]);
    const before = asked.length;
    await pass(1000);
    expect(state()).toMatchObject({ devices: ["b", "a"], time: START + 600_000, waiting: false });
    player.show({ from: START, to: START + 2 * HOUR });
    await pass(1000);
    const blocks = asked.slice(before).filter((path) => path.startsWith("/"));
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks.filter((path) => !path.endsWith("device=a&device=b"))).toEqual([]);
    player.limit(null);
    await pass(1000);
    expect(asked.at(-1)).not.toContain("device=");
    expect(state().devices).toBeNull();
  });

  test("tells what is known of the selected device in the hour that is played", async () => {
    await shownAt(START + 600_000);
    expect(player.track.get()).toEqual([]);
    selected = "a";
    await pass(500);
    expect(player.track.get()).toHaveLength(59);
    expect(player.track.get()[0]?.time).toBe(FIRST);
    const told = player.track.get();
    player.seek(START + 700_000);
    await pass(500);
    expect(player.track.get()).toBe(told);
    player.seek(START + HOUR + 600_000);
    await pass(500);
    expect(player.track.get()[0]?.time).toBe(FIRST + HOUR);
    player.seek(START + 2.5 * HOUR);
    await pass(500);
    expect(player.track.get()).toEqual([]);
    player.seek(START);
    await pass(500);
    player.end();
    expect(player.track.get()).toEqual([]);
  });

  test("steps ten seconds where no device is selected, and stands then", async () => {
    await shownAt(START + 600_000);
    player.play(true);
    const before = player.clock.time();
    player.step(1);
    expect(state()).toMatchObject({ time: before + 10_000, playing: false });
    player.step(-1);
    player.step(-1);
    expect(state().time).toBe(before - 10_000);
  });
});
