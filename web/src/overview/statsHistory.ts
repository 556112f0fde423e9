import type { Readable } from "../lib/readable";
import type { Stats } from "../live/stats";

const SPAN_MILLISECONDS = 120_000;

/** What charts over time show of the statistics of a moment; latencies are ms, null where nothing came to viewers. */
export interface StatsPoint {
  readonly time: number;
  readonly accepted: number;
  readonly p50: number | null;
  readonly p99: number | null;
}

/** Adds a point, the first one of its second, and drops what is older than two minutes, so that the trail stays bounded. */
export function addToHistory(trail: readonly StatsPoint[], point: StatsPoint): readonly StatsPoint[] {
  const last = trail.at(-1);
  if (last !== undefined && Math.floor(point.time / 1000) <= Math.floor(last.time / 1000)) return trail;
  return [...trail.filter(({ time }) => time > point.time - SPAN_MILLISECONDS), point];
}

/** The statistics of the last two minutes, kept while no chart shows them. */
export function createStatsHistory(stats: Readable<Stats | null>): Readable<readonly StatsPoint[]> {
  let trail: readonly StatsPoint[] = [];

  function addPoint(): void {
    const newest = stats.get();
    if (newest !== null) trail = addToHistory(trail, pointOf(newest));
  }
  addPoint();
  // Lives as long as the stats do: there is one trail for one engine.
  stats.subscribe(addPoint);
  // Its callers are notified after `addPoint`, which subscribed first.
  return { get: () => trail, subscribe: stats.subscribe };
}

function pointOf({ time, rates, lag }: Stats): StatsPoint {
  return { time, accepted: rates.accepted, p50: lag?.p50 ?? null, p99: lag?.p99 ?? null };
}
