import { RefreshCw } from "lucide-react";
import { countOf, formatCount } from "../format/count";
import { formatTime } from "../format/time";
import { useEngine } from "../hooks/useEngine";
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
  const now = Date.now();
  const { from, to } = history.range;
  return (
    <div className="history-report">
      <p className="muted">
        {formatTime(from, now)} to {formatTime(to, now)}
      </p>
      <p>
        {history.loading
          ? "Loading…"
          : `${countOf(history.positions, "position")} in ${countOf(history.clusters, "circle")}`}
      </p>
      {history.newer > 0 && !history.loading && (
        <button type="button" className="link-button" onClick={onRefresh}>
          <RefreshCw aria-hidden /> {formatCount(history.newer)} newer
        </button>
      )}
    </div>
  );
}
