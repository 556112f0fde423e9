import { useQuery } from "@tanstack/react-query";
import { ChartColumn, ChevronLeft, ChevronRight, Table2 } from "lucide-react";
import { useState } from "react";
import { fetchTimeline, type Timeline } from "../api/timeline";
import { MarkTable } from "../charts/MarkTable";
import { useDeviceFilter } from "../devices/useDeviceFilter";
import { useServerNow } from "../engine/useNow";
import { formatCount } from "../format/count";
import { formatMinute } from "../format/time";
import { t } from "../i18n/t";
import type { TimeRange } from "../lib/timeRange";
import { IconButton } from "../ui/IconButton";
import { HistogramBars } from "./HistogramBars";
import { adjacentRange, windowAround } from "./histogramWindow";
import { RangeBrush } from "./RangeBrush";

const MINUTE = 60_000; // ms
const HOUR = 3_600_000;
const REFRESH = 60_000; // ms

interface HistogramProps {
  readonly range: TimeRange;
  onRange(range: TimeRange): void;
}

/** How many positions are stored from when, around the chosen time, which is chosen on it. */
export function Histogram({ range, onRange }: HistogramProps) {
  const now = useServerNow();
  const window = useWindow(range, now);
  const query = useTimeline(window);
  // Bins are whole hours; nothing is to be seen of the rest of this one.
  const axis = { from: window.from, to: Math.min(window.to, Math.floor(now / MINUTE) * MINUTE) };
  const [asTable, setAsTable] = useState(false);
  const earlier = adjacentRange(range, -1, now);
  const later = adjacentRange(range, 1, now);
  return (
    <section className="histogram" aria-label={t("Stored positions over time")}>
      <div className="histogram-row">
        <IconButton
          name={t("Previous period")}
          icon={ChevronLeft}
          disabled={earlier === null}
          onClick={() => earlier && onRange(earlier)}
        />
        {asTable ? (
          <Counts timeline={query.data} now={now} />
        ) : (
          <Plot timeline={query.data} range={range} window={axis} now={now} onRange={onRange} />
        )}
        <IconButton
          name={t("Next period")}
          icon={ChevronRight}
          disabled={later === null}
          onClick={() => later && onRange(later)}
        />
        <IconButton
          name={t("{{chart}}: view as table", { chart: t("Stored positions over time") })}
          aria-pressed={asTable}
          icon={asTable ? ChartColumn : Table2}
          onClick={() => setAsTable(!asTable)}
        />
      </div>
      {query.error && <RefreshProblem error={query.error} />}
    </section>
  );
}

/** It is requested again automatically; the panel next to it shows other failures. */
function RefreshProblem({ error }: { readonly error: Error }) {
  return (
    <p className="muted" role="status">
      {t("{{what}} could not be refreshed.", { what: t("Stored positions over time") })} {error.message}
    </p>
  );
}

function useWindow(range: TimeRange, now: number): TimeRange {
  const [window, setWindow] = useState(() => windowAround(range, now, null));
  const wanted = windowAround(range, now, window);
  if (wanted.from !== window.from || wanted.to !== window.to) setWindow(wanted);
  return wanted;
}

function useTimeline(window: TimeRange) {
  const { kinds } = useDeviceFilter().filter;
  // The server counts one kind or all.
  const [only = null] = kinds.length === 1 ? kinds : [];
  return useQuery({
    queryKey: ["timeline", window.from, window.to, only],
    queryFn: ({ signal }) => fetchTimeline(window, only, signal),
    refetchInterval: REFRESH,
    gcTime: 10_000,
  });
}

interface PlotProps extends HistogramProps {
  readonly timeline: Timeline | undefined;
  readonly window: TimeRange;
  readonly now: number;
}

function Plot({ timeline, range, window, now, onRange }: PlotProps) {
  const [time, setTime] = useState<number | null>(null);
  return (
    <div className="histogram-plot">
      <RangeBrush
        range={range}
        window={window}
        step={timeline?.length ?? HOUR}
        now={now}
        onPoint={setTime}
        onRange={onRange}
      >
        {timeline && <HistogramBars timeline={timeline} window={window} />}
      </RangeBrush>
      <p className="histogram-ends number muted" aria-hidden="true">
        <span>{formatMinute(window.from, now)}</span>
        <span>{time !== null && timeline && binText(timeline, time, now)}</span>
        <span>{formatMinute(window.to, now)}</span>
      </p>
    </div>
  );
}

function binText(timeline: Timeline, time: number, now: number): string {
  const bin = Math.floor((time - timeline.start) / timeline.length);
  const count = timeline.positions[bin] ?? 0;
  const begin = formatMinute(timeline.start + bin * timeline.length, now);
  return `${begin}: ${t("{{count, number}} positions", { count })}`;
}

/** The same to be read. */
function Counts({ timeline, now }: { readonly timeline: Timeline | undefined; readonly now: number }) {
  const marks = (timeline?.positions ?? []).map((value, i) => {
    const begin = (timeline?.start ?? 0) + i * (timeline?.length ?? 0);
    const label = formatMinute(begin, now);
    return { key: String(begin), label, value, text: formatCount(value), colour: "var(--cluster)" };
  });
  return (
    // Scrolled by keys, so it takes the focus.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="histogram-table" tabIndex={0} aria-label={t("Stored positions over time")}>
      <MarkTable caption={t("Stored positions over time")} what={t("From")} measure={t("positions")} marks={marks} />
    </section>
  );
}
