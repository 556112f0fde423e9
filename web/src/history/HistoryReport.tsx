import { RefreshCw } from "lucide-react";
import { countOf, formatCount } from "../format/count";
import { formatTime } from "../format/time";
import { useEngine } from "../hooks/useEngine";
import { useServerNow } from "../hooks/useNow";
import { useReadable } from "../hooks/useReadable";

/** What the circles stand for; while they load, and when they cannot be loaded, that. */
export function HistoryReport({ onRefresh }: { onRefresh(): void }) {
  const history = useReadable(useEngine().history);
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
  return (
    <div className="history-report">
      <p className="number">{history.loading ? "Loading…" : countOf(history.positions, "position")}</p>
      {history.newer > 0 && !history.loading && (
        <button type="button" className="link-button" onClick={onRefresh}>
          <RefreshCw aria-hidden /> {formatCount(history.newer)} newer
        </button>
      )}
    </div>
  );
}

/** Of which time they are, and how many. */
export function HistorySpan() {
  const { range, clusters } = useReadable(useEngine().history);
  const now = useServerNow();
  if (range === null) return null;
  return (
    <p className="number muted">
      {countOf(clusters, "circle")}, {formatTime(range.from, now)} to {formatTime(range.to, now)}
    </p>
  );
}
