import { RetryTimer, retryWait } from "../api/retryTimer";
import { DeviceStore } from "../fleet/deviceStore";
import { TRAIL_DURATION } from "../fleet/trailRing";
import { Value } from "../lib/readable";
import type { TimeRange } from "../lib/timeRange";
import type { LivePosition } from "../live/position";
import type { Replay, ReplaySpeed, ReplayState } from "./replay";
import type { Fix, ReplayBlock } from "./replayBlock";
import { ReplayCache } from "./replayCache";
import { ReplayFleet } from "./replayFleet";

const TICK = 100; // ms, also where no frame of the map comes
const PUBLISH_EVERY = 250; // ms
/** Ms of wall-clock that one step counts at most: a tab that slept goes on where it was. */
const LONGEST_STEP = 250;
const STEP = 10_000; // ms of the past
const FIRST_SPEED: ReplaySpeed = 60;
const NO_FIXES: readonly Fix[] = [];
const NO_DEVICES: ReadonlySet<string> = new Set();

export interface ReplayPlayerOptions {
  readonly base: string;
  readonly serverNow: () => number;
  readonly deviceName: (deviceId: string) => string | undefined;
  readonly selected: () => string | null;
  /** Live positions so far. */
  readonly liveCount: () => number;
  /** The past comes on the map, or goes. */
  readonly onScene: (past: boolean) => void;
  /** Something has changed that is drawn. */
  readonly onChange: () => void;
}

/** Plays stored positions by a clock of its own: it advances, waits for loading data, and stops at the end. */
export class ReplayPlayer implements Replay {
  readonly state = new Value<ReplayState | null>(null);
  readonly track = new Value<readonly Fix[]>(NO_FIXES);
  readonly store = new DeviceStore();
  readonly clock = {
    time: () => this.#time,
    speed: () => (this.#isMoving ? (this.state.get()?.speed ?? 0) : 0),
    trailDuration: () => trailDuration(this.state.get()?.speed ?? 1),
  };
  readonly #options: ReplayPlayerOptions;
  readonly #cache: ReplayCache;
  #fleet: ReplayFleet;
  #time = 0;
  #advancedAt = 0;
  #publishedAt = 0;
  #liveCountBefore = 0;
  /** The play-head goes to where markers are once that is known. */
  #needsStart = false;
  #tracked: { readonly deviceId: string | null; readonly block: ReplayBlock | null } = { deviceId: null, block: null };
  readonly #retry = new RetryTimer();
  #opening: AbortController | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(options: ReplayPlayerOptions) {
    this.#options = options;
    this.#cache = new ReplayCache(options.base, () => this.advance());
    this.#fleet = this.#makeFleet();
  }

  show(range: TimeRange, time?: number, devices?: readonly string[] | null): void {
    const before = this.state.get();
    const only = devices === undefined ? (before?.devices ?? null) : devices;
    const to = Math.max(range.from, Math.min(range.to, this.#options.serverNow()));
    const shown = { from: range.from, to };
    // Where nothing was to be seen, another range need not begin.
    const wanted = time ?? (this.store.count > 0 ? before?.time : undefined);
    const within = wanted !== undefined && wanted >= shown.from && wanted <= shown.to;
    this.#needsStart = !within;
    this.#time = within ? wanted : shown.from;
    this.#fleet.jump();
    this.state.set({
      range: shown,
      time: this.#time,
      playing: false,
      speed: before?.speed ?? FIRST_SPEED,
      loop: before?.loop ?? false,
      devices: only,
      waiting: true,
      error: null,
      stored: null,
      newer: before?.newer ?? 0,
    });
    if (!before) this.#start();
    this.#cache.limit(only);
    void this.#open(shown);
  }

  fleet(): LivePosition[] {
    return this.store.allAt(this.#time);
  }

  fleetSize(): number {
    return this.store.count;
  }

  end(): void {
    if (!this.state.get()) return;
    this.stop();
    this.state.set(null);
    this.#publishTrack(null, null);
    this.#options.onScene(false);
    this.store.retain(NO_DEVICES);
    this.#fleet = this.#makeFleet();
  }

  /** Ends requests and timers; the state stays. */
  stop(): void {
    this.#opening?.abort();
    this.#retry.cancel();
    this.#cache.close();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  play(on: boolean): void {
    const state = this.state.get();
    if (!state) return;
    if (on && this.#time >= state.range.to) this.#time = firstTime(state);
    this.#advancedAt = performance.now();
    this.#set({ playing: on });
    this.advance();
  }

  seek(time: number): void {
    const state = this.state.get();
    if (!state) return;
    this.#needsStart = false;
    this.#time = Math.max(state.range.from, Math.min(state.range.to, time));
    this.#fleet.jump();
    this.#set({});
    this.advance();
    this.#options.onChange();
  }

  step(direction: -1 | 1): void {
    if (this.state.get()?.playing) this.play(false);
    const selected = this.#options.selected();
    const fix = selected === null ? null : this.#fleet.adjacentFix(selected, this.#time, direction);
    this.seek(fix?.time ?? this.#time + direction * STEP);
  }

  setSpeed(speed: ReplaySpeed): void {
    this.#set({ speed });
    this.advance();
  }

  setLoop(loop: boolean): void {
    this.#set({ loop });
  }

  limit(devices: readonly string[] | null): void {
    if (!this.state.get()) return;
    this.#cache.limit(devices);
    this.#fleet.jump();
    this.#set({ devices });
    this.advance();
  }

  retry(): void {
    const state = this.state.get();
    if (!state) return;
    if (state.stored === null) {
      this.#set({ error: null, waiting: true });
      void this.#open(state.range);
    } else {
      this.#cache.retry();
      this.advance();
    }
  }

  /** Advances to the present time; called before each frame, and by a timer when there are no frames. */
  advance(): void {
    const state = this.state.get();
    if (!state) return;
    const now = performance.now();
    const step = Math.min(LONGEST_STEP, now - this.#advancedAt) * state.speed;
    this.#advancedAt = now;
    if (state.playing) this.#advanceTime(step, state);
    this.#cache.prefetch(this.#time, state.playing ? state.speed : 0);
    if (this.#cache.isReady(this.#time)) this.#chooseStart();
    if (this.#fleet.show(this.#time, this.#cache.at(this.#time))) this.#options.onChange();
    this.#publishTrack(this.#options.selected(), this.#cache.at(this.#time).now);
    if (now - this.#publishedAt >= PUBLISH_EVERY || this.#stateChanged) this.#publish(now);
  }

  #advanceTime(step: number, state: ReplayState): void {
    const { range, loop } = state;
    const next = Math.min(range.to, this.#time + step);
    if (this.#cache.isReady(next)) this.#time = next;
    if (this.#time < range.to) return;
    // Without stored positions there is nothing to repeat.
    if (loop && firstTime(state) < range.to) this.#time = firstTime(state);
    else this.#set({ playing: false });
  }

  get #isMoving(): boolean {
    return this.state.get()?.playing === true && this.#cache.isReady(this.#time);
  }

  /** Whether the state other than the time has changed. */
  get #stateChanged(): boolean {
    const state = this.state.get();
    return state?.waiting !== this.#isWaiting(state) || state?.error !== this.#errorOf(state);
  }

  #isWaiting(state: ReplayState | null): boolean {
    return this.#errorOf(state) === null && !this.#cache.isReady(this.#time);
  }

  #errorOf(state: ReplayState | null): string | null {
    return state?.stored === null ? state.error : this.#cache.problem;
  }

  #publish(now: number): void {
    this.#publishedAt = now;
    const state = this.state.get();
    const newer = this.#options.liveCount() - this.#liveCountBefore;
    const published = { time: this.#time, waiting: this.#isWaiting(state), error: this.#errorOf(state), newer };
    if (Object.entries(published).some(([name, value]) => state?.[name as keyof ReplayState] !== value))
      this.#set(published);
  }

  #publishTrack(deviceId: string | null, block: ReplayBlock | null): void {
    if (deviceId === this.#tracked.deviceId && block === this.#tracked.block) return;
    this.#tracked = { deviceId, block };
    const row = deviceId === null ? undefined : block?.row(deviceId);
    this.track.set((row !== undefined && block?.fixes(row)) || NO_FIXES);
  }

  #chooseStart(): void {
    if (!this.#needsStart) return;
    this.#needsStart = false;
    const peopled = this.#cache.at(this.#time).now?.peopled;
    const end = this.state.get()?.range.to ?? 0;
    if (peopled !== undefined && peopled > this.#time && peopled <= end) this.#time = peopled;
  }

  #start(): void {
    this.#liveCountBefore = this.#options.liveCount();
    this.#timer = setInterval(() => this.advance(), TICK);
    this.#options.onScene(true);
  }

  async #open(range: TimeRange): Promise<void> {
    this.#opening?.abort();
    this.#retry.cancel();
    const opening = new AbortController();
    this.#opening = opening;
    try {
      await this.#cache.open(range, opening.signal);
    } catch (error) {
      if (opening.signal.aborted) return;
      this.#set({ waiting: false, error: error instanceof Error ? error.message : String(error) });
      this.#retry.plan(retryWait(error), () => this.retry());
      return;
    }
    if (opening.signal.aborted) return;
    const { stored } = this.#cache;
    if (this.#needsStart) this.#time = Math.max(range.from, stored[0]?.from ?? range.from);
    this.#set({ stored });
    this.advance();
  }

  #makeFleet(): ReplayFleet {
    return new ReplayFleet({ store: this.store, deviceName: this.#options.deviceName });
  }

  #set(change: Partial<ReplayState>): void {
    const state = this.state.get();
    if (state) this.state.set({ ...state, time: this.#time, ...change });
  }
}

/** Seconds of the past: as long as live ones, or ten seconds of wall-clock where those are longer. */
function trailDuration(speed: number): number {
  return Math.max(TRAIL_DURATION, 10 * speed);
}

/** Where its history begins. */
function firstTime({ range, stored }: ReplayState): number {
  return Math.max(range.from, stored?.[0]?.from ?? range.from);
}
