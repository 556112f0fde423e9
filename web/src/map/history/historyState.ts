import type { TimeRange } from "../../lib/timeRange";

export interface HistoryState {
  /** Whole hours; null when no history is asked for. */
  readonly range: TimeRange | null;
  /** Server time as of which what is drawn was gathered; null before anything was. */
  readonly made: number | null;
  readonly loading: boolean;
  /** Stored positions in view, and the circles that stand for them; near the ground each may stand for itself. */
  readonly positions: number;
  readonly circles: number;
  readonly error: string | null;
  /** More of the range is stored than is drawn; `refreshHistory` takes it in. */
  readonly newer: boolean;
}
