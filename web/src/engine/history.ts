import { address, fetchJson } from "../api/request";
import { areNumbers, isFields } from "./fields";
import { Pace } from "./pace";
import { Value } from "./readable";
import type { Box, HistoryState, TimeRange } from "./types";
import type { VisibleArea } from "./viewReport";
import { needsReport, reportOf, withMargin } from "./viewReport";

const NEWER_PACE = 1000; // ms between changes of the count
const OPEN_END = 60_000; // ms; a range that ends later than this before now takes in new positions

export interface Cluster {
  readonly latitude: number;
  readonly longitude: number;
  readonly count: number;
  readonly devices: number;
  readonly bbox: Box;
}

export const NO_HISTORY: HistoryState = {
  range: null,
  loading: false,
  positions: 0,
  clusters: 0,
  error: null,
  newer: 0,
};

/** What was stored, as the server clusters it for the view. Only one request is under way; a newer one ends it. */
export class History {
  readonly state = new Value<HistoryState>(NO_HISTORY);
  readonly clusters = new Value<readonly Cluster[]>([]);
  readonly #base: string;
  #visible: VisibleArea | null = null;
  /** What was asked for last, with the margin around it. */
  #asked: VisibleArea | null = null;
  #request: AbortController | null = null;
  #newer = 0;
  readonly #tellNewer = new Pace(NEWER_PACE, () => this.#set({ newer: this.#newer }));

  constructor(base: string) {
    this.#base = base;
  }

  show(range: TimeRange | null): void {
    this.#forgetNewer();
    this.#set({ range, error: null });
    this.refresh();
  }

  /** The map came to rest. Within the margin and the whole step of zoom nothing is asked for again. */
  look(visible: VisibleArea): void {
    this.#visible = visible;
    const sameZoom = this.#asked !== null && step(this.#asked) === step(visible);
    if (this.state.get().range && (!sameZoom || needsReport(this.#asked, visible))) this.refresh();
  }

  refresh(): void {
    this.#request?.abort();
    const { range } = this.state.get();
    if (!range || !this.#visible) {
      this.clusters.set([]);
      this.#asked = null;
      this.#forgetNewer();
      this.#set({ loading: false, positions: 0, clusters: 0 });
      return;
    }
    this.#asked = withMargin(this.#visible);
    this.#request = new AbortController();
    void this.#load(range, this.#asked, this.#request.signal);
  }

  /** Counts what came live since the clusters were loaded and belongs to the range. */
  addNewer(count: number, serverNow: number): void {
    const { range, loading } = this.state.get();
    if (!range || loading || range.to < serverNow - OPEN_END) return;
    this.#newer += count;
    this.#tellNewer.ask();
  }

  stop(): void {
    this.#request?.abort();
    this.#tellNewer.stop();
  }

  async #load(range: TimeRange, area: VisibleArea, cancel: AbortSignal): Promise<void> {
    this.#set({ loading: true, error: null });
    const [from, to] = [Math.round(range.from), Math.round(range.to)];
    const asked = { bbox: reportOf(area).bbox.join(","), zoom: step(area), from, to };
    try {
      const answer = readClusters(await fetchJson(address("api/history/clusters", asked, this.#base), cancel));
      if (cancel.aborted) return;
      this.clusters.set(answer.clusters);
      const { positions, clusters } = answer;
      this.#forgetNewer();
      this.#set({ loading: false, positions, clusters: clusters.length });
    } catch (error) {
      if (cancel.aborted) return;
      this.#asked = null;
      this.#set({ loading: false, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #forgetNewer(): void {
    this.#newer = 0;
    this.#tellNewer.stop();
    if (this.state.get().newer !== 0) this.#set({ newer: 0 });
  }

  #set(change: Partial<HistoryState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

/** Circles are laid out anew for each whole zoom; the one before, so that their grid is never closer than they are wide. */
function step(area: VisibleArea): number {
  return Math.max(0, Math.floor(area.zoom));
}

function readClusters(value: unknown): { clusters: readonly Cluster[]; positions: number } {
  if (!isFields(value) || !Array.isArray(value.clusters)) {
    throw new Error("The server gave a history that cannot be understood.");
  }
  const all: unknown[] = value.clusters;
  const clusters = all.filter(isCluster);
  const counted = clusters.reduce((sum, cluster) => sum + cluster.count, 0);
  return { clusters, positions: typeof value.positions === "number" ? value.positions : counted };
}

function isCluster(value: unknown): value is Cluster {
  if (!isFields(value) || !areNumbers([value.latitude, value.longitude, value.count])) return false;
  return Array.isArray(value.bbox) && value.bbox.length === 4 && areNumbers(value.bbox);
}
