import { address, fetchAtMost, fetchJson, HttpError } from "../api/request";
import { RetryTimer, retryWait } from "../api/retryTimer";
import { t } from "../i18n/t";
import { isFields, isNumber } from "../lib/fields";
import type { TimeRange } from "../lib/timeRange";
import { ReplayBlock } from "./replayBlock";
import type { Blocks } from "./replayFleet";
import { blocksToEvict, COARSEST, finestAffordableLevel, levelFor, neededBlocks, nextFetch } from "./replayPlan";

const MEDIA_TYPE = "application/vnd.herenow.replay";
const LARGEST_BLOCK = 32 * 2 ** 20; // bytes; where one is larger, history is played from a coarser level
const MOST_HELD = 128 * 2 ** 20; // bytes, but for a block and its neighbours, which stay
const DEADLINE = 60_000; // ms

interface Manifest {
  readonly length: number;
  /** The version of each block. */
  readonly blocks: ReadonlyMap<number, string>;
}

interface Held {
  readonly level: number;
  readonly block: ReplayBlock;
  readonly bytes: number;
}

/**
 * The blocks of history of a replay, fetched one at a time, the most urgent first. A fetch that is no longer needed is
 * cancelled.
 */
export class ReplayCache {
  /** Why a fetch failed, as a text; no more blocks are fetched until `retry`, which a 503 brings by its `Retry-After`. */
  problem: string | null = null;
  readonly #base: string;
  /** A block came, or could not be had. */
  readonly #onChange: () => void;
  readonly #retry = new RetryTimer();
  #manifest: Manifest | null = null;
  #devices: readonly string[] = [];
  readonly #blocks = new Map<number, Held>();
  #finest = 0;
  #neededBlocks: readonly number[] = [];
  #level = COARSEST;
  #request: { readonly cancel: AbortController; readonly number: number } | null = null;

  constructor(base: string, onChange: () => void) {
    this.#base = base;
    this.#onChange = onChange;
  }

  /** Loads the manifest of a range, and drops all blocks of the range before. */
  async open(range: TimeRange, cancel: AbortSignal): Promise<void> {
    this.close();
    const url = address("api/history/replay", { from: range.from, to: range.to }, this.#base);
    const manifest = readManifest(await fetchJson(url, cancel));
    if (!cancel.aborted) this.#manifest = manifest;
  }

  close(): void {
    this.#forget();
    this.#manifest = null;
  }

  /** Loads only blocks of these devices from now on, null for all; drops the loaded ones. */
  limit(devices: readonly string[] | null): void {
    // In one order, so that the browser knows the same set again.
    this.#devices = [...(devices ?? [])].sort();
    this.#forget();
  }

  #forget(): void {
    this.#request?.cancel.abort();
    this.#request = null;
    this.#blocks.clear();
    this.#finest = 0;
    this.#retry.cancel();
    this.problem = null;
  }

  /** The periods with stored positions, adjacent hours joined. */
  get stored(): TimeRange[] {
    const length = this.#manifest?.length ?? 1;
    const joined: TimeRange[] = [];
    for (const number of [...(this.#manifest?.blocks.keys() ?? [])].sort((a, b) => a - b)) {
      const last = joined.at(-1);
      const [from, to] = [number * length, (number + 1) * length];
      if (last?.to === from) joined[joined.length - 1] = { from: last.from, to };
      else joined.push({ from, to });
    }
    return joined;
  }

  /** Whether the data of a time are loaded; a time without stored positions needs none. */
  isReady(time: number): boolean {
    if (!this.#manifest) return false;
    const number = Math.floor(time / this.#manifest.length);
    return this.#blocks.has(number) || !this.#manifest.blocks.has(number);
  }

  at(time: number): Blocks {
    const number = this.#manifest ? Math.floor(time / this.#manifest.length) : 0;
    const block = (of: number) => this.#blocks.get(of)?.block ?? null;
    return { before: block(number - 1), now: block(number), after: block(number + 1) };
  }

  /** Prefetches for a time and a speed of the replay, 0 while paused. May be called with each frame. */
  prefetch(time: number, speed: number): void {
    if (!this.#manifest) return;
    this.#neededBlocks = neededBlocks(time, this.#manifest.length, speed);
    this.#level = levelFor(speed);
    const number = this.#request?.number;
    if (
      number !== undefined &&
      (!this.#neededBlocks.includes(number) || (number !== this.#neededBlocks[0] && !this.isReady(time)))
    ) {
      this.#request?.cancel.abort();
      this.#request = null;
    }
    if (this.problem === null) this.#fetchNext();
  }

  retry(): void {
    this.#retry.cancel();
    this.problem = null;
    this.#fetchNext();
  }

  #fetchNext(): void {
    const manifest = this.#manifest;
    if (!manifest || this.#request) return;
    const level = Math.max(this.#level, this.#finest);
    const held = (number: number) => this.#blocks.get(number)?.level;
    const next = nextFetch(this.#affordable(), level, held, (number) => manifest.blocks.has(number));
    if (next) void this.#fetch(next.number, next.level, manifest);
  }

  /** Nothing is prefetched that would be evicted at once. */
  #affordable(): readonly number[] {
    const blocks = [...this.#blocks.values()];
    const largest = Math.max(0, ...blocks.map(({ bytes }) => bytes));
    const most = largest === 0 ? this.#neededBlocks.length : Math.max(3, Math.floor(MOST_HELD / largest));
    return this.#neededBlocks.slice(0, most);
  }

  async #fetch(number: number, level: number, manifest: Manifest): Promise<void> {
    const cancel = new AbortController();
    const request = { cancel, number };
    this.#request = request;
    try {
      const parameters = { v: manifest.blocks.get(number), device: this.#devices };
      const url = address(`api/history/replay/${number}/${level}`, parameters, this.#base);
      const bytes = await fetchAtMost(LARGEST_BLOCK, url, MEDIA_TYPE, cancel.signal, DEADLINE);
      if (!cancel.signal.aborted) this.#store(number, level, bytes);
    } catch (error) {
      if (!cancel.signal.aborted) this.#fail(number, manifest, error);
    }
    if (this.#request !== request) return;
    this.#request = null;
    this.#onChange();
    if (this.problem === null) this.#fetchNext();
  }

  #store(number: number, level: number, bytes: ArrayBuffer | null): void {
    if (bytes) {
      const block = new ReplayBlock(bytes);
      if (level === COARSEST) this.#finest = Math.max(this.#finest, finestAffordableLevel(block.bytes, LARGEST_BLOCK));
      this.#blocks.set(number, { level, block, bytes: block.bytes });
      for (const evicted of blocksToEvict(this.#blocks, this.#neededBlocks[0] ?? number, MOST_HELD))
        this.#blocks.delete(evicted);
    } else if (level < COARSEST) {
      this.#finest = level + 1;
    } else {
      throw new Error(
        t("An hour of history is larger than {{size}} MB, even thinned: it is not played.", {
          size: LARGEST_BLOCK >> 20,
        }),
      );
    }
  }

  #fail(number: number, manifest: Manifest, error: unknown): void {
    if (error instanceof HttpError && error.status === 404) {
      // What was in it has gone since the manifest was read.
      const blocks = new Map(manifest.blocks);
      blocks.delete(number);
      this.#manifest = { ...manifest, blocks };
      return;
    }
    this.problem = error instanceof Error ? error.message : String(error);
    this.#retry.plan(retryWait(error), () => {
      this.retry();
      this.#onChange();
    });
  }
}

function readManifest(value: unknown): Manifest {
  if (!isFields(value) || !isNumber(value.length) || value.length <= 0 || !Array.isArray(value.blocks)) {
    throw new Error(t("The server sent a replay that this page cannot read."));
  }
  const blocks = new Map<number, string>();
  for (const one of value.blocks as unknown[]) {
    if (isFields(one) && isNumber(one.block) && typeof one.version === "string") blocks.set(one.block, one.version);
  }
  return { length: value.length, blocks };
}
