import type { Readable, Stats } from "../engine/types";
import type { SparkPoint } from "./sparkPath";

const SPAN_MILLISECONDS = 120_000;

/** Adds a point and drops what is older than two minutes, so that the trail stays bounded. */
export function extendTrail(trail: readonly SparkPoint[], point: SparkPoint): readonly SparkPoint[] {
  const last = trail.at(-1);
  if (last !== undefined && point.time <= last.time) return trail;
  return [...trail.filter(({ time }) => time > point.time - SPAN_MILLISECONDS), point];
}

/** Accepted positions a second over the last two minutes, kept while no chart shows them. */
export function createRateTrail(stats: Readable<Stats | null>): Readable<readonly SparkPoint[]> {
  let trail: readonly SparkPoint[] = [];

  function take(): void {
    const newest = stats.get();
    if (newest !== null) trail = extendTrail(trail, { time: newest.time, value: newest.rates.accepted });
  }
  take();
  // Lives as long as the stats do: there is one trail for one engine.
  stats.subscribe(take);
  // Heard after `take`, which subscribed first.
  return { get: () => trail, subscribe: stats.subscribe };
}
