import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HOUR, pass, ReplayHarness, START, serve } from "../testing/replayHarness";

let replay: ReplayHarness;

beforeEach(() => {
  replay = new ReplayHarness();
});

afterEach(() => replay.dispose());

describe("a replay, while it loads its blocks,", () => {
  test("waits where the next hour is not there yet, and goes on once it is", async () => {
    let arrive = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    replay.answer = (path) => (path.startsWith("/501") ? late.then(() => serve(path)) : undefined);
    await replay.showAt(START + HOUR - 2000);
    replay.player.setSpeed(10);
    replay.player.play(true);
    await pass(3000);
    expect(replay.player.clock.time()).toBeLessThan(START + HOUR);
    arrive();
    await pass(3000);
    expect(replay.player.clock.time()).toBeGreaterThan(START + HOUR);
    expect(replay.state().waiting).toBe(false);
  });

  test("requests each block once in each level, however often it seeks", async () => {
    await replay.showAt(START + 600_000);
    for (const minute of [5, 50, 12, 59, 61, 0, 30, 65]) {
      replay.player.seek(START + minute * 60_000);
      await pass(500);
    }
    expect(new Set(replay.requests).size).toBe(replay.requests.length);
  });

  test("passes an hour in which nothing is stored without waiting", async () => {
    await replay.showAt(START + 2.5 * HOUR);
    expect(replay.state().waiting).toBe(false);
    replay.player.setSpeed(3600);
    replay.player.play(true);
    await pass(900);
    expect(replay.player.clock.time()).toBeGreaterThan(START + 3 * HOUR);
  });

  test("reports why blocks failed to load, and loads them on retry", async () => {
    replay.answer = (path) =>
      path.startsWith("/") ? Response.json({ detail: "the store is away" }, { status: 503 }) : undefined;
    await replay.showAt(START + 600_000);
    expect(replay.state()).toMatchObject({ error: "the store is away", waiting: false });
    const tries = replay.requests.length;
    await pass(5000);
    expect(replay.requests.length).toBe(tries);
    replay.answer = () => undefined;
    replay.player.retry();
    await pass(1000);
    expect(replay.state()).toMatchObject({ error: null, waiting: false });
    expect(replay.shown()).toEqual([START + 600_000]);
  });

  test("reports why the manifest failed to load, and loads it on retry", async () => {
    replay.answer = () => Response.json({ length: 0 });
    await replay.showAt(START + 600_000);
    expect(replay.state().error).toContain("cannot read");
    replay.answer = () => undefined;
    replay.player.retry();
    await pass(1000);
    expect(replay.shown()).toEqual([START + 600_000]);
  });

  test.each([
    ["the range", "?"],
    ["its blocks", "/"],
  ])("requests %s again after Retry-After, and no more once the replay ends", async (_, part) => {
    replay.answer = (path) =>
      path.startsWith(part)
        ? Response.json({ detail: "history is being made" }, { status: 503, headers: { "Retry-After": "5" } })
        : undefined;
    await replay.showAt(START + 600_000);
    expect(replay.state().error).toBe("history is being made");
    const tries = replay.requests.length;
    await pass(3000);
    expect(replay.requests.length).toBe(tries);
    await pass(5000);
    expect(replay.requests.length).toBe(tries + 1);
    replay.answer = () => undefined;
    await pass(9000);
    expect(replay.state()).toMatchObject({ error: null, waiting: false });
    expect(replay.shown()).toEqual([START + 600_000]);

    replay.answer = () => Response.json({}, { status: 503, headers: { "Retry-After": "5" } });
    await replay.showAt(START + 600_000);
    replay.player.end();
    const left = replay.requests.length;
    await pass(20_000);
    expect(replay.requests.length).toBe(left);
  });

  test("treats a missing block as empty, and a garbled one as an error", async () => {
    replay.answer = (path) => (path.startsWith("/500") ? Response.json({}, { status: 404 }) : undefined);
    await replay.showAt(START + 600_000);
    expect(replay.state()).toMatchObject({ error: null, waiting: false });
    expect(replay.shown()).toEqual([]);
    replay.answer = (path) => (path.startsWith("/500") ? new Response("no block") : undefined);
    await replay.showAt(START + 600_001);
    expect(replay.state().error).toContain("cannot read");
  });

  test("is played from a coarser level where an hour is too large", async () => {
    const large = new Uint8Array(33 * 2 ** 20);
    replay.answer = (path) => (path.includes("/500/0") ? new Response(large) : undefined);
    await replay.showAt(START + 600_000);
    expect(replay.requests.filter((path) => path.startsWith("/500")).map((path) => path.split(/[/?]/)[2])).toEqual([
      "3",
      "0",
      "1",
    ]);
    expect(replay.state()).toMatchObject({ error: null, waiting: false });
    expect(replay.requests.filter((path) => path.includes("/0?"))).toHaveLength(1);
  });

  test("requests blocks of the limited devices only, also for another range, until the limit ends", async () => {
    await replay.showAt(START + 600_000);
    replay.player.limit(["b", "a"]);
    const before = replay.requests.length;
    await pass(1000);
    expect(replay.state()).toMatchObject({ devices: ["b", "a"], time: START + 600_000, waiting: false });
    replay.player.show({ from: START, to: START + 2 * HOUR });
    await pass(1000);
    const blocks = replay.requests.slice(before).filter((path) => path.startsWith("/"));
    expect(blocks.length).toBeGreaterThan(2);
    expect(blocks.filter((path) => !path.endsWith("device=a&device=b"))).toEqual([]);
    replay.player.limit(null);
    await pass(1000);
    expect(replay.requests.at(-1)).not.toContain("device=");
    expect(replay.state().devices).toBeNull();
  });
});
