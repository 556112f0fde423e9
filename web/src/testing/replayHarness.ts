import { vi } from "vitest";
import { ReplayPlayer } from "../replay/replayPlayer";
import { blockBytes } from "./replayBlocks";

export const HOUR = 3_600_000;
export const START = 500 * HOUR;
export const RANGE = { from: START, to: START + 4 * HOUR };
export const FIRST = START + 60_000;

/** Hours 500, 501 and 503 hold a device that reports each minute. */
export function serve(path: string): Response {
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

export const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

/** A replay player with fake timers and a fake server, until `dispose`. */
export class ReplayHarness {
  /** The paths that the player requested, in order. */
  readonly requests: string[] = [];
  readonly scenes: boolean[] = [];
  liveCount = 7;
  selected: string | null = null;
  /** Replaces the answer to a path; undefined leaves it to `serve`. */
  answer: (path: string) => Response | Promise<Response> | undefined = () => undefined;
  readonly player: ReplayPlayer;

  constructor() {
    vi.useFakeTimers();
    vi.stubGlobal(
      "fetch",
      vi.fn(async (url: URL, { signal }: { signal: AbortSignal }) => {
        const path = url.href.split("/api/history/replay")[1] ?? "";
        this.requests.push(path);
        const response = await (this.answer(path) ?? serve(path));
        signal.throwIfAborted();
        return response;
      }),
    );
    this.player = new ReplayPlayer({
      base: "http://example.org/maps/",
      serverNow: () => START + 100 * HOUR,
      deviceName: () => undefined,
      selected: () => this.selected,
      liveCount: () => this.liveCount,
      onScene: (past) => this.scenes.push(past),
      onChange: () => undefined,
    });
  }

  dispose(): void {
    this.player.stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }

  state() {
    const state = this.player.state.get();
    if (!state) throw new Error("expected a replay");
    return state;
  }

  /** The times of the positions on the map. */
  shown(): readonly number[] {
    return this.player.store.positions.all().map(({ timestamp }) => timestamp);
  }

  async showAt(time: number): Promise<void> {
    this.player.show(RANGE, time);
    await pass(1000);
  }
}
