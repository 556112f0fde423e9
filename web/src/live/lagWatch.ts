import type { Lag } from "./connection";
import type { Message } from "./message";
import type { Stats } from "./stats";

const LOOK = 500; // ms
const LATELY = 10_000; // ms
const LATE = 2000; // ms from which it is told
const SLEPT = 5000; // ms; a page that was late by more did not run at all meanwhile
const STATS_PACE = 500; // ms between two statistics, as docs/protocol.md has it
const DRIFT = 0.001; // of a clock, at most
const SET_BACK = 500; // ms; what comes in order was made in order, so a time that falls by more is that of another clock

interface Noted {
  readonly at: number;
  readonly milliseconds: number;
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
  #lastTime = 0; // of the server
  #delays: Noted[] = []; // of messages on their way
  #lates: Noted[] = []; // of this page's own timer
  #looked = 0;
  #server = 0;
  #told: Lag | null = null;

  /** Told of each change, rounded to tenths of a second. */
  constructor(onLag: (lag: Lag | null) => void) {
    this.#onLag = onLag;
  }

  /** A link begins. */
  start(): void {
    this.stop();
    this.#anotherClock();
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
    if ("time" in message && message.time !== null) this.#time(message.time, performance.now());
  }

  #time(serverTime: number, now: number): void {
    if (serverTime < this.#lastTime - SET_BACK) this.#anotherClock();
    const ahead = serverTime - now;
    this.#ahead = Math.max(ahead, this.#ahead - (now - this.#lastHeard) * DRIFT);
    this.#delays.push({ at: now, milliseconds: this.#ahead - ahead });
    this.#lastHeard = now;
    this.#lastTime = serverTime;
  }

  #anotherClock(): void {
    this.#ahead = this.#lastTime = Number.NEGATIVE_INFINITY;
    this.#delays = [];
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
    this.#lates.push({ at: now, milliseconds: late });
    this.#delays = lately(this.#delays, now);
    this.#lates = lately(this.#lates, now);
    const silence = now - this.#lastHeard - STATS_PACE;
    const way = Math.max(silence, mostOf(this.#delays));
    const behind = way + this.#server;
    if (behind <= LATE) this.#say(null);
    else this.#say({ milliseconds: Math.round(behind / 100) * 100, cause: this.#cause(way) });
  }

  /** Both are looked at over the same time, so that what a busy page held up is never put down to the network. */
  #cause(way: number): Lag["cause"] {
    if (this.#server > way) return "server";
    const latest = Math.max(...this.#lates.map(({ milliseconds }) => milliseconds));
    return latest > Math.min(way, LATE) / 2 ? "browser" : "network";
  }

  /** What was noted before says nothing of what comes. */
  #rest(): void {
    this.#delays = [];
    this.#lates = [];
    this.#looked = this.#lastHeard = performance.now();
    this.#server = 0;
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

function lately(noted: readonly Noted[], now: number): Noted[] {
  return noted.filter(({ at }) => now - at < LATELY);
}

/** What all but a twentieth stay below. */
function mostOf(noted: readonly Noted[]): number {
  const sorted = noted.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
}
