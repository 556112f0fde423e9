import type { TimeRange } from "../lib/timeRange";
import { getJson, type Schemas } from "./openApi";

export type Timeline = Schemas["Timeline"];

/** How many positions were stored when; of one kind, or of all. */
export function fetchTimeline({ from, to }: TimeRange, kind: string | null, signal?: AbortSignal): Promise<Timeline> {
  return getJson("/api/history/timeline", { query: { from: String(from), to: String(to), kind }, signal });
}
