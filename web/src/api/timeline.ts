import type { TimeRange } from "../lib/timeRange";
import { ask, type Schemas } from "./ask";

export type Timeline = Schemas["Timeline"];

/** How many positions were stored when; of one kind, or of all. */
export function fetchTimeline({ from, to }: TimeRange, kind: string | null, signal?: AbortSignal): Promise<Timeline> {
  return ask("/api/history/timeline", { query: { from: String(from), to: String(to), kind }, signal });
}
