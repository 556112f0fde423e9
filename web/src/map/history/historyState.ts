import type { TimeRange } from "../../lib/timeRange";

export interface HistoryState {
  /** Whole hours; null when no history is shown. */
  readonly range: TimeRange | null;
  /** Server time at which the drawn history was built; null before the first build. */
  readonly made: number | null;
  readonly loading: boolean;
  /** Stored positions in view, and the circles that represent them. At close zoom a circle may be one position. */
  readonly positions: number;
  readonly circles: number;
  readonly error: string | null;
  /** More of the range is stored than is drawn; `refreshHistory` loads it. */
  readonly newer: boolean;
}
