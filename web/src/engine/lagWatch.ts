import type { Lag } from "./connection";
import type { Message } from "./message";
import type { Stats } from "./types";

const LOOK = 500; // ms
const LATELY = 10_000; // ms
const LATE = 2000; // ms from which it is told
const SLEPT = 5000; // ms; a page that was late by more did not run at all meanwhile
const STATS_PACE = 500; // ms between two statistics, as docs/protocol.md has it
const DRIFT = 0.001; // of a clock, at most

interface Delay {
  readonly heard: number;
  readonly delay: number;
}

/**
 * How far what one link says is behind, and by whose fault. The server tells how long positions wait in it. The way here
 * is what a message took longer than the fastest of the link; the page, how late its own timer is.
 */
export class LagWatch {
  readonly #onLag: (lag: Lag | null) => void;
  #timer: ReturnType<typeof setInterval> | null = null;
  #ahead = Number.NEGATIVE_INFINITY; // of this page's clock, the server's less the fastest way, when last heard
  #lastHeard = 0;
  #delays: Delay[] = [];
  #looked = 0;
  #late = 0;
  #server = 0;
  #skipped: number | null = null;
  #told: Lag | null = null;

  /** Told of each change, rounded to tenths of a second. */
  constructor(onLag: (lag: Lag | null) => void) {
    this.#onLag = onLag;
  }

  /** A link begins. */
  start(): void {
    this.stop();
    this.#ahead = Number.NEGATIVE_INFINITY;
    this.#rest();
    this.#timer = setInterval(this.#look, LOOK);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#say(null);
  }

  heard(message: Message): void {
    if (message.type === "stats") this.#server = waited(message.stats);
    if (message.type === "snapshot" && message.view === 0) this.#skipped = performance.now();
    if ("time" in message && message.time !== null) this.#time(message.time, performance.now());
  }

  #time(serverTime: number, now: number): void {
    const ahead = serverTime - now;
    this.#ahead = Math.max(ahead, this.#ahead - (now - this.#lastHeard) * DRIFT);
    this.#delays.push({ heard: now, delay: this.#ahead - ahead });
    this.#lastHeard = now;
  }

  readonly #look = (): void => {
    const now = performance.now();
    const late = now - this.#looked - LOOK;
    this.#looked = now;
    // The timers of a page that nobody sees are late by intent.
    if (document.hidden || late > SLEPT) this.#rest();
    else this.#tell(now, late);
  };

  #tell(now: number, late: number): void {
    this.#late = Math.max(late, this.#late * 0.9);
    this.#delays = this.#delays.filter(({ heard }) => now - heard < LATELY);
    if (this.#skipped !== null && now - this.#skipped > LATELY) this.#skipped = null;
    const silence = now - this.#lastHeard - STATS_PACE;
    const way = Math.max(silence, mostOf(this.#delays.map(({ delay }) => delay)));
    const behind = way + this.#server;
    if (behind <= LATE && this.#skipped === null) this.#say(null);
    else this.#say({ milliseconds: Math.round(behind / 100) * 100, cause: this.#cause(way) });
  }

  #cause(way: number): Lag["cause"] {
    if (this.#server > way) return "server";
    return this.#late > Math.min(way, LATE) / 2 ? "browser" : "network";
  }

  /** What was noted before says nothing of what comes. */
  #rest(): void {
    this.#delays = [];
    this.#looked = this.#lastHeard = performance.now();
    this.#late = this.#server = 0;
    this.#skipped = null;
    this.#say(null);
  }

  #say(lag: Lag | null): void {
    if (lag?.milliseconds === this.#told?.milliseconds && lag?.cause === this.#told?.cause) return;
    this.#told = lag;
    this.#onLag(lag);
  }
}

function waited({ lag }: Stats): number {
  return lag?.p99 ?? 0;
}

/** What all but a twentieth stay below. */
function mostOf(delays: readonly number[]): number {
  const sorted = delays.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
}
