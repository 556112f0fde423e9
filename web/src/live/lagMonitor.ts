import type { Lag } from "./connection";
import type { Message } from "./message";
import type { Stats } from "./stats";

const CHECK_INTERVAL = 500; // ms
const WINDOW = 10_000; // ms
const LATE = 2000; // ms from which a lag is reported
const SUSPENDED = 5000; // ms; a page that was late by more did not run at all meanwhile
const STATS_PACE = 500; // ms between two statistics, as docs/protocol.md has it
const DRIFT = 0.001; // of a clock, at most
const SET_BACK = 500; // ms; what comes in order was made in order, so a time that falls by more is that of another clock

interface Sample {
  readonly at: number;
  readonly milliseconds: number;
}

/**
 * The lag of one connection, and its cause. The server reports how long positions wait in it. The network delay
 * is what a message took longer than the fastest one of the connection; the browser's delay is that of a timer.
 */
export class LagMonitor {
  readonly #onLag: (lag: Lag | null) => void;
  #timer: ReturnType<typeof setInterval> | null = null;
  #clockOffset = Number.NEGATIVE_INFINITY; // server time less page time, of the fastest message
  #lastMessageAt = 0;
  #lastServerTime = 0; // of the server
  #delays: Sample[] = []; // of messages on their way
  #timerDelays: Sample[] = []; // of this page's own timer
  #checkedAt = 0;
  #serverDelay = 0;
  #reported: Lag | null = null;

  /** Calls `onLag` with each change, rounded to tenths of a second. */
  constructor(onLag: (lag: Lag | null) => void) {
    this.#onLag = onLag;
  }

  /** A link begins. */
  start(): void {
    this.stop();
    this.#resetClock();
    this.#reset();
    this.#timer = setInterval(this.#check, CHECK_INTERVAL);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#report(null);
  }

  onMessage(message: Message): void {
    if (message.type === "stats") this.#serverDelay = serverDelay(message.stats);
    if ("time" in message && message.time !== null) this.#addTime(message.time, performance.now());
  }

  #addTime(serverTime: number, now: number): void {
    if (serverTime < this.#lastServerTime - SET_BACK) this.#resetClock();
    const ahead = serverTime - now;
    this.#clockOffset = Math.max(ahead, this.#clockOffset - (now - this.#lastMessageAt) * DRIFT);
    this.#delays.push({ at: now, milliseconds: this.#clockOffset - ahead });
    this.#lastMessageAt = now;
    this.#lastServerTime = serverTime;
  }

  #resetClock(): void {
    this.#clockOffset = this.#lastServerTime = Number.NEGATIVE_INFINITY;
    this.#delays = [];
  }

  readonly #check = (): void => {
    const now = performance.now();
    const late = now - this.#checkedAt - CHECK_INTERVAL;
    this.#checkedAt = now;
    // Browsers delay the timers of hidden pages on purpose.
    if (document.hidden || late > SUSPENDED) this.#reset();
    else this.#measure(now, late);
  };

  #measure(now: number, late: number): void {
    this.#timerDelays.push({ at: now, milliseconds: late });
    this.#delays = recent(this.#delays, now);
    this.#timerDelays = recent(this.#timerDelays, now);
    const silence = now - this.#lastMessageAt - STATS_PACE;
    const networkDelay = Math.max(silence, percentile95(this.#delays));
    const behind = networkDelay + this.#serverDelay;
    if (behind <= LATE) this.#report(null);
    else this.#report({ milliseconds: Math.round(behind / 100) * 100, cause: this.#cause(networkDelay) });
  }

  /** Both are measured over the same time, so that the delay of a busy page is never attributed to the network. */
  #cause(networkDelay: number): Lag["cause"] {
    if (this.#serverDelay > networkDelay) return "server";
    const latest = Math.max(...this.#timerDelays.map(({ milliseconds }) => milliseconds));
    return latest > Math.min(networkDelay, LATE) / 2 ? "browser" : "network";
  }

  /** Forgets all samples: they do not apply to what comes. */
  #reset(): void {
    this.#delays = [];
    this.#timerDelays = [];
    this.#checkedAt = this.#lastMessageAt = performance.now();
    this.#serverDelay = 0;
    this.#report(null);
  }

  #report(lag: Lag | null): void {
    if (lag?.milliseconds === this.#reported?.milliseconds && lag?.cause === this.#reported?.cause) return;
    this.#reported = lag;
    this.#onLag(lag);
  }
}

function serverDelay({ lag }: Stats): number {
  return lag?.p99 ?? 0;
}

function recent(samples: readonly Sample[], now: number): Sample[] {
  return samples.filter(({ at }) => now - at < WINDOW);
}

/** The 95th percentile. */
function percentile95(samples: readonly Sample[]): number {
  const sorted = samples.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
}
