import { address, fetchJson } from "../../api/request";
import { RetryTimer, retryWait } from "../../api/retryTimer";
import type { MapFilter } from "../../fleet/mapFilter";
import { t } from "../../i18n/t";
import { areNumbers, isFields, isNumber } from "../../lib/fields";
import { Value } from "../../lib/readable";
import type { TimeRange } from "../../lib/timeRange";
import type { HistoryFilter } from "./historyFilter";
import { historyFilter } from "./historyFilter";
import type { HistoryState } from "./historyState";

const CHECK_INTERVAL = 5000; // ms
const REFRESH_INTERVAL = 30_000; // ms between checks whether more is stored
const EMPTY_REFRESH_INTERVAL = 10_000; // ms, while nothing is drawn

/** The period and the filter of the tiles of the history layer. */
export interface HistoryTileSet extends TimeRange {
  readonly version: string;
  readonly filter: HistoryFilter;
  /** A new number loads failed tiles again. */
  readonly attempt: number;
}

/** How much of the view the layer shows. */
export interface HistorySurvey {
  readonly positions: number;
  readonly circles: number;
  /** Tiles that are still loading. */
  readonly missing: number;
  /** Why tiles failed to load, or null. */
  readonly problem: string | null;
  /** The time in ms after which the server accepts these requests again, or null. */
  readonly retryWait: number | null;
}

interface HistoryVersion extends TimeRange {
  readonly version: string;
  readonly made: number | null;
}

export const NO_HISTORY: HistoryState = {
  range: null,
  made: null,
  loading: false,
  positions: 0,
  circles: 0,
  error: null,
  newer: false,
};

/** Which history is drawn. New positions do not change it: the state reports `newer`, unless nothing is drawn. */
export class History {
  readonly state = new Value<HistoryState>(NO_HISTORY);
  readonly drawing = new Value<HistoryTileSet | null>(null);
  readonly #base: string;
  readonly #retry = new RetryTimer();
  #filter = historyFilter(null, []);
  #attempt = 0;
  #on = true;
  #request: AbortController | null = null;
  /** The request is for a new drawing, not only a check. */
  #awaited = false;
  /** The last request for a version failed, so the tiles of an older drawing do not matter. */
  #failed = false;
  /** Why tiles failed, as long as that is the error. */
  #tileProblem: string | null = null;
  #checkedAt = 0;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  start(): void {
    this.#timer ??= setInterval(this.#check, CHECK_INTERVAL);
    document.addEventListener("visibilitychange", this.#check);
  }

  stop(): void {
    this.#request?.abort();
    this.#retry.cancel();
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    document.removeEventListener("visibilitychange", this.#check);
  }

  show(range: TimeRange | null): void {
    this.#set({ range });
    this.refresh();
  }

  refresh(): void {
    this.#retry.cancel();
    const { range, error } = this.state.get();
    if (!range) {
      this.#request?.abort();
      this.#awaited = false;
      this.drawing.set(null);
      this.#set(NO_HISTORY);
      return;
    }
    if (error !== null) this.#attempt += 1;
    this.#set({ loading: true, error: null, newer: false });
    this.#awaited = true;
    void this.#fetchVersion(range, this.#draw, this.#fail);
  }

  /** Whether the layer is shown; while it is hidden, nothing is checked. */
  setOn(on: boolean): void {
    this.#on = on;
    if (!on) this.#retry.cancel();
    if (!on && !this.#awaited) this.#set({ loading: false });
  }

  /** Limits the layer to positions of these kinds, null for all. `named` are the kinds of the statistics. */
  setFilter(kinds: MapFilter["kinds"], named: readonly string[]): void {
    const filter = historyFilter(kinds, named);
    if (filter.key === this.#filter.key) return;
    this.#filter = filter;
    const drawing = this.drawing.get();
    if (!drawing) return;
    this.#retry.cancel();
    this.#set({ loading: this.#on, error: null });
    this.drawing.set({ ...drawing, filter, attempt: this.#attempt });
  }

  /** Cancels loading; what is loaded stays. False when nothing was loading. */
  cancel(): boolean {
    if (!this.state.get().loading) return false;
    this.#request?.abort();
    this.#retry.cancel();
    this.#awaited = false;
    this.#attempt += 1; // so that the next drawing loads all tiles again
    this.#set({ loading: false, error: cancelledMessage() });
    return true;
  }

  /** Takes how much of the drawing is loaded. */
  setSurvey({ positions, circles, missing, problem, retryWait }: HistorySurvey): void {
    // While another drawing is loading, the progress of this one does not matter.
    if (!this.drawing.get() || !this.#on || this.#awaited) return;
    const { error } = this.state.get();
    if (problem !== null) this.#retry.plan(retryWait, () => this.refresh());
    else if (!this.#failed) this.#retry.cancel();
    const past = error !== null && error === this.#tileProblem;
    this.#tileProblem = problem;
    this.#set({ positions, circles, error: problem ?? (past ? null : error), loading: missing > 0 });
  }

  async #fetchVersion(
    range: TimeRange,
    onVersion: (version: HistoryVersion) => void,
    fail?: (error: unknown) => void,
  ): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#failed = false;
    this.#checkedAt = performance.now();
    try {
      const version = decodeVersion(await fetchJson(address("api/history", { ...range }, this.#base), request.signal));
      if (!request.signal.aborted) onVersion(version);
    } catch (error) {
      if (!request.signal.aborted) fail?.(error);
    }
    if (this.#request === request) this.#request = null;
  }

  readonly #draw = ({ from, to, version, made }: HistoryVersion): void => {
    this.#awaited = false;
    this.#set({ range: { from, to }, made });
    if (made === null) {
      this.drawing.set(null);
      this.#set({ loading: false, positions: 0, circles: 0 });
      return;
    }
    this.#set({ loading: this.#on });
    this.drawing.set({ from, to, version, filter: this.#filter, attempt: this.#attempt });
  };

  readonly #fail = (error: unknown): void => {
    this.#awaited = false;
    this.#failed = true;
    this.#set({ loading: false, error: error instanceof Error ? error.message : String(error) });
    if (this.#on) this.#retry.plan(retryWait(error), () => this.refresh());
  };

  /** A failed check is repeated; the connection badge shows that the server does not answer. */
  readonly #check = (): void => {
    const { range, positions, loading, error, newer } = this.state.get();
    if (!range || !this.#on || document.visibilityState !== "visible") return;
    if (this.#request || loading || newer || error !== null) return;
    const pace = positions === 0 ? EMPTY_REFRESH_INTERVAL : REFRESH_INTERVAL;
    if (performance.now() - this.#checkedAt >= pace - CHECK_INTERVAL / 2) void this.#fetchVersion(range, this.#compare);
  };

  readonly #compare = (version: HistoryVersion): void => {
    if (version.version === this.drawing.get()?.version) return;
    if (this.state.get().positions === 0) this.#draw(version);
    else this.#set({ newer: true });
  };

  #set(change: Partial<HistoryState>): void {
    const before = this.state.get();
    const same = Object.entries(change).every(([key, value]) => before[key as keyof HistoryState] === value);
    if (!same) this.state.set({ ...before, ...change });
  }
}

/** The message for a drawing whose loading was cancelled. */
export function cancelledMessage(): string {
  return t("Stopped: not all of it is shown.");
}

function decodeVersion(value: unknown): HistoryVersion {
  if (isFields(value) && areNumbers([value.from, value.to]) && typeof value.version === "string") {
    const { from, to, version, made } = value as unknown as HistoryVersion;
    return { from, to, version, made: isNumber(made) ? made : null };
  }
  throw new Error(t("The server sent a history that this page cannot read."));
}
