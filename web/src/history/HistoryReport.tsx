import { RefreshCw } from "lucide-react";
import type { HistoryState } from "../engine/types";
import { countOf } from "../format/count";
import { formatMinute, formatTime } from "../format/time";
import { useEngine } from "../hooks/useEngine";
import { useServerNow } from "../hooks/useNow";
import { useReadable } from "../hooks/useReadable";
import { type HistoryChoice, hasMovedOn } from "./historyRange";

interface HistoryReportProps {
  readonly choice: HistoryChoice;
  onRefresh(): void;
}

/** What the circles stand for; while they load, and when they cannot be loaded, that. */
export function HistoryReport({ choice, onRefresh }: HistoryReportProps) {
  const history = useReadable(useEngine().history);
  const now = useServerNow();
  if (history.range === null) return null;
  if (history.error !== null) {
    return (
      <div className="problem history-report" role="alert">
        <p>{history.error}</p>
        <button type="button" className="button" onClick={onRefresh}>
          Try again
        </button>
      </div>
    );
  }
  const newer = !history.loading && (history.newer || hasMovedOn(choice, history.range, now));
  return (
    <div className="history-report">
      <p className="number">{contents(history, now)}</p>
      {newer && (
        <button type="button" className="chip" onClick={onRefresh}>
          <RefreshCw aria-hidden /> Newer: refresh
        </button>
      )}
    </div>
  );
}

function contents({ range, made, loading, positions }: HistoryState, now: number): string {
  if (loading) return "Loading…";
  if (made === null) return "Not gathered yet";
  const count = positions === 0 ? "No positions here" : countOf(positions, "position");
  return range && range.to > now ? `${count} since ${formatMinute(range.from, now)}` : count;
}

/** Of which time they are, as of when, and how many. */
export function HistorySpan() {
  const { range, made, circles } = useReadable(useEngine().history);
  const now = useServerNow();
  if (range === null) return null;
  return (
    <p className="number muted">
      {circles > 0 && `${countOf(circles, "circle")}, `}
      {formatMinute(range.from, now)} to {formatMinute(range.to, now)}
      {made !== null && `, as of ${formatTime(made, now)}`}
    </p>
  );
}
