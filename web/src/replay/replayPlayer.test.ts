import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { blockBytes } from "../testing/replayBlocks";
import { FIRST, HOUR, pass, RANGE, ReplayHarness, START } from "../testing/replayHarness";

let replay: ReplayHarness;

beforeEach(() => {
  replay = new ReplayHarness();
});

afterEach(() => replay.dispose());

describe("a replay", () => {
  test("begins paused at the start of its history, and lists the stored periods", async () => {
    replay.player.show(RANGE);
    expect(replay.state().waiting).toBe(true);
    await pass(1000);
    expect(replay.state()).toMatchObject({ time: FIRST, playing: false, waiting: false, error: null });
    expect(replay.state().stored).toEqual([
      { from: START, to: START + 2 * HOUR },
      { from: START + 3 * HOUR, to: START + 4 * HOUR },
    ]);
    expect(replay.shown()).toEqual([FIRST]);
  });

  test("begins when half of the devices are on the map, with their statuses", async () => {
    const fixes = (first: number) => [{ time: START + first, longitude: 1, latitude: 2 }];
    const block = blockBytes(START, { a: fixes(60_000), b: fixes(120_000), c: fixes(900_000) });
    replay.answer = (path) => (path.startsWith("/500") ? new Response(block) : undefined);
    replay.player.show(RANGE);
    await pass(1000);
    expect(replay.state().time).toBe(START + 120_000);
    expect(replay.player.fleet().map(({ device_id }) => device_id)).toEqual(["a", "b"]);
    replay.player.seek(START + 500_000);
    expect(replay.player.fleet().map(({ status }) => status)).toEqual(["stale", "stale"]);
  });

  test("begins with its range where all that the hour holds comes later", async () => {
    replay.player.show({ from: START, to: START + 30_000 });
    await pass(1000);
    expect(replay.state()).toMatchObject({ time: START, waiting: false });
    expect(replay.player.fleet()).toEqual([]);
  });

  test("keeps the play-head in another range where something was to be seen, and else begins that one", async () => {
    await replay.showAt(START + 600_000);
    replay.player.show({ from: START, to: START + HOUR });
    await pass(1000);
    expect(replay.state().time).toBe(START + 600_000);
    replay.answer = (path) => (path.startsWith("?") ? Response.json({ length: HOUR, blocks: [] }) : undefined);
    replay.player.show({ from: START - 3 * HOUR, to: START - 2 * HOUR });
    await pass(1000);
    expect(replay.state().time).toBe(START - 3 * HOUR);
    replay.answer = () => undefined;
    replay.player.show({ from: START - 4 * HOUR, to: START + HOUR });
    await pass(1000);
    expect(replay.state().time).toBe(FIRST);
  });

  test("restarts at the end while it loops", async () => {
    await replay.showAt(RANGE.to - 1000);
    replay.player.setLoop(true);
    replay.player.setSpeed(3600);
    replay.player.play(true);
    await pass(2000);
    expect(replay.state().playing).toBe(true);
    expect(replay.state().time).toBeLessThan(START + 3 * HOUR);
    replay.player.setLoop(false);
    replay.player.seek(RANGE.to - 1000);
    await pass(1000);
    expect(replay.state()).toMatchObject({ playing: false, time: RANGE.to });
  });

  test("advances at its speed, pauses, and stops at the end", async () => {
    await replay.showAt(START + 600_000);
    replay.player.setSpeed(10);
    replay.player.play(true);
    await pass(6000);
    expect(Math.abs(replay.player.clock.time() - START - 660_000)).toBeLessThan(2000);
    replay.player.play(false);
    const stood = replay.player.clock.time();
    await pass(5000);
    expect(replay.player.clock.time()).toBe(stood);
    expect(replay.player.clock.speed()).toBe(0);
    replay.player.seek(RANGE.to - 1000);
    replay.player.play(true);
    await pass(2000);
    expect(replay.state()).toMatchObject({ time: RANGE.to, playing: false });
  });

  test("does not jump after the tab has slept", async () => {
    await replay.showAt(START + 600_000);
    replay.player.setSpeed(60);
    replay.player.play(true);
    const before = replay.player.clock.time();
    vi.setSystemTime(Date.now() + HOUR);
    vi.spyOn(performance, "now").mockReturnValue(performance.now() + HOUR);
    replay.player.advance();
    expect(replay.player.clock.time() - before).toBeLessThanOrEqual(60 * 250);
    vi.restoreAllMocks();
  });

  test("counts what comes live meanwhile, and gives the map back", async () => {
    await replay.showAt(START + 600_000);
    replay.liveCount += 5;
    await pass(1000);
    expect(replay.state().newer).toBe(5);
    replay.player.end();
    expect(replay.scenes).toEqual([true, false]);
    expect(replay.player.state.get()).toBeNull();
    expect(replay.player.store.count).toBe(0);
  });

  test("publishes the fixes of the selected device in the hour that is played", async () => {
    await replay.showAt(START + 600_000);
    expect(replay.player.track.get()).toEqual([]);
    replay.selected = "a";
    await pass(500);
    expect(replay.player.track.get()).toHaveLength(59);
    expect(replay.player.track.get()[0]?.time).toBe(FIRST);
    const track = replay.player.track.get();
    replay.player.seek(START + 700_000);
    await pass(500);
    expect(replay.player.track.get()).toBe(track);
    replay.player.seek(START + HOUR + 600_000);
    await pass(500);
    expect(replay.player.track.get()[0]?.time).toBe(FIRST + HOUR);
    replay.player.seek(START + 2.5 * HOUR);
    await pass(500);
    expect(replay.player.track.get()).toEqual([]);
    replay.player.seek(START);
    await pass(500);
    replay.player.end();
    expect(replay.player.track.get()).toEqual([]);
  });

  test("steps ten seconds where no device is selected, and stands then", async () => {
    await replay.showAt(START + 600_000);
    replay.player.play(true);
    const before = replay.player.clock.time();
    replay.player.step(1);
    expect(replay.state()).toMatchObject({ time: before + 10_000, playing: false });
    replay.player.step(-1);
    replay.player.step(-1);
    expect(replay.state().time).toBe(before - 10_000);
  });
});
