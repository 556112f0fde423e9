import { fetchJson } from "./fetchJson";
import { Value } from "./readable";
import type { Box, HistoryState, TimeRange } from "./types";
import type { VisibleArea } from "./viewReport";
import { needsReport, reportOf, withMargin } from "./viewReport";

const DEADLINE = 15_000; // ms
const OPEN_END = 60_000; // ms; a range that ends later than this before now takes in new positions

export interface Cluster {
  readonly latitude: number;
  readonly longitude: number;
  readonly count: number;
  readonly devices: number;
  readonly bbox: Box;
}

/** What was stored, as the server clusters it for the view. Only one request is under way; a newer one ends it. */
export class History {
  readonly state = new Value<HistoryState>({
    range: null,
    loading: false,
    positions: 0,
    clusters: 0,
    error: null,
    newer: 0,
  });
  readonly clusters = new Value<readonly Cluster[]>([]);
  readonly #base: string;
  #visible: VisibleArea | null = null;
  /** What was asked for last, with the margin around it. */
  #asked: VisibleArea | null = null;
  #request: AbortController | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  show(range: TimeRange | null): void {
    this.#set({ range, newer: 0, error: null });
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
      this.#set({ loading: false, positions: 0, clusters: 0, newer: 0 });
      return;
    }
    this.#asked = withMargin(this.#visible);
    this.#request = new AbortController();
    void this.#load(range, this.#asked, this.#request.signal);
  }

  /** Counts what came live since the clusters were loaded and belongs to the range. */
  addNewer(count: number, serverNow: number): void {
    const { range, newer, loading } = this.state.get();
    if (!range || loading || range.to < serverNow - OPEN_END) return;
    this.#set({ newer: newer + count });
  }

  stop(): void {
    this.#request?.abort();
  }

  async #load(range: TimeRange, area: VisibleArea, cancel: AbortSignal): Promise<void> {
    this.#set({ loading: true, error: null });
    const url = new URL("api/history/clusters", this.#base);
    url.searchParams.set("bbox", reportOf(area).bbox.join(","));
    url.searchParams.set("zoom", String(step(area)));
    url.searchParams.set("from", String(Math.round(range.from)));
    url.searchParams.set("to", String(Math.round(range.to)));
    try {
      const answer = readClusters(await fetchJson(url, DEADLINE, cancel));
      if (cancel.aborted) return;
      this.clusters.set(answer.clusters);
      const { positions, clusters } = answer;
      this.#set({ loading: false, positions, clusters: clusters.length, newer: 0 });
    } catch (error) {
      if (cancel.aborted) return;
      this.#asked = null;
      this.#set({ loading: false, error: error instanceof Error ? error.message : String(error) });
    }
  }

  #set(change: Partial<HistoryState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }
}

/** Circles are laid out anew for each whole zoom. */
function step(area: VisibleArea): number {
  return Math.max(0, Math.round(area.zoom));
}

function readClusters(value: unknown): { clusters: readonly Cluster[]; positions: number } {
  const answer = value as { clusters?: unknown; positions?: unknown } | null;
  if (!Array.isArray(answer?.clusters)) throw new Error("The server gave a history that cannot be understood.");
  const all = answer.clusters as Cluster[];
  const clusters = all.filter(
    ({ latitude, longitude, count, bbox }) =>
      [latitude, longitude, count].every(Number.isFinite) && Array.isArray(bbox) && bbox.length === 4,
  );
  const counted = clusters.reduce((sum, cluster) => sum + cluster.count, 0);
  return { clusters, positions: typeof answer.positions === "number" ? answer.positions : counted };
}
