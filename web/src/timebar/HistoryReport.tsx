import { RefreshCw, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useEngine } from "../engine/useEngine";
import { useServerNow } from "../engine/useNow";
import { formatMinute, formatTime } from "../format/time";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import type { HistoryState } from "../map/history/historyState";
import { type HistoryChoice, isOutdated } from "./historyRange";

const LONG = 1000; // ms

interface HistoryReportProps {
  readonly choice: HistoryChoice;
  onRefresh(): void;
}

/** The meaning of the circles; their loading, or its error. */
export function HistoryReport({ choice, onRefresh }: HistoryReportProps) {
  const history = useReadable(useEngine().history);
  const now = useServerNow();
  if (history.range === null) return null;
  if (history.error !== null) {
    return (
      <div className="problem history-report" role="alert">
        <p>{history.error}</p>
        <button type="button" className="button" onClick={onRefresh}>
          {t("Try again")}
        </button>
      </div>
    );
  }
  const newer = !history.loading && (history.newer || isOutdated(choice, history.range, now));
  return (
    <div className="history-report">
      <p className="number">{contents(history, now)}</p>
      {history.loading && <CancelLoading />}
      {newer && (
        <button type="button" className="chip" onClick={onRefresh}>
          <RefreshCw aria-hidden /> {t("Newer: refresh")}
        </button>
      )}
    </div>
  );
}

/** Offered where it takes long, so that it does not flicker. */
function CancelLoading() {
  const engine = useEngine();
  const [long, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG);
    return () => clearTimeout(timer);
  }, []);
  if (!long) return null;
  return (
    <button type="button" className="chip cancel" onClick={() => engine.cancelHistory()}>
      <X aria-hidden /> {t("Cancel")}
    </button>
  );
}

function contents({ range, made, loading, positions }: HistoryState, now: number): string {
  if (loading) return t("Loading…");
  if (made === null) return t("No data yet");
  const count = positions === 0 ? t("No positions here") : t("{{count, number}} positions", { count: positions });
  return range && range.to > now
    ? t("{{positions}} since {{time}}", { positions: count, time: formatMinute(range.from, now) })
    : count;
}

/** Of which time they are, as of when, and how many. */
export function HistorySpan() {
  const { range, made, circles } = useReadable(useEngine().history);
  const now = useServerNow();
  if (range === null) return null;
  return (
    <p className="number muted">
      {circles > 0 && `${t("{{count, number}} circles", { count: circles })}, `}
      {t("{{from}} to {{to}}", { from: formatMinute(range.from, now), to: formatMinute(range.to, now) })}
      {made !== null && `, ${t("as of {{time}}", { time: formatTime(made, now) })}`}
    </p>
  );
}
