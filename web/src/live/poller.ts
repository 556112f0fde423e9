import { address, fetchJson } from "../api/request";
import { t } from "../i18n/t";
import type { Box } from "../lib/place";
import type { Message } from "./message";
import { decodePositions, decodeStats } from "./messageDecoder";

const INTERVAL = 2000; // ms

export interface PollerOptions {
  readonly base: string;
  readonly onMessage: (message: Message) => void;
  readonly onFailure: (problem: string) => void;
}

/** Polls over HTTP what the socket would have sent, one round at a time. */
export class Poller {
  box: Box | null = null;
  readonly #options: PollerOptions;
  #round: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#round || this.#timer !== null) return;
    void this.#poll();
  }

  stop(): void {
    this.#round?.abort();
    this.#round = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #poll(): Promise<void> {
    const round = new AbortController();
    this.#round = round;
    try {
      const answers = await this.#fetch(round.signal);
      if (round.signal.aborted) return;
      for (const answer of answers) if (!round.signal.aborted) this.#options.onMessage(answer);
    } catch (error) {
      if (round.signal.aborted) return;
      this.#options.onFailure(error instanceof Error ? error.message : String(error));
    }
    // The listener of an answer or a failure may have stopped the poller.
    if (round.signal.aborted) return;
    this.#round = null;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.#poll();
    }, INTERVAL);
  }

  async #fetch(cancel: AbortSignal): Promise<Message[]> {
    const { base } = this.#options;
    const [positions, stats] = await Promise.all([
      fetchJson(address("api/positions/latest", { bbox: this.box?.join(",") }, base), cancel),
      fetchJson(address("api/stats", {}, base), cancel),
    ]);
    const read = [decodePositions("snapshot", positions), decodeStats(stats)];
    if (read.includes(null)) throw new Error(t("The server sent a response that this page cannot read."));
    return read.filter((message) => message !== null);
  }
}
