import { type KeyboardEvent, lazy, Suspense, useState } from "react";
import type { LineChartProps } from "./LineChart";
import type { Moment } from "./timeSeries";

// Its library is loaded when the first chart is shown.
const LineChart = lazy(() => import("./LineChart"));

interface TimeSeriesProps extends Pick<LineChartProps, "moments" | "write" | "writeTime" | "head"> {
  readonly title: string;
  /** Which moment the pointer or a key is at; null when it has gone. */
  onPoint?(moment: Moment | null): void;
  onChoose(moment: Moment): void;
}

/** A line over time, along which the pointer goes, or arrow keys; a click or Enter chooses the moment. */
export function TimeSeries({ title, moments, onPoint, onChoose, ...line }: TimeSeriesProps) {
  const [at, setAt] = useState<number | null>(null);
  const moment = at === null ? undefined : moments[at];
  const words = textOf(moment, line);
  function go(place: number | null): void {
    const reached = place !== null && isKnown(moments[place]) ? place : null;
    if (reached === at) return;
    setAt(reached);
    onPoint?.(reached === null ? null : (moments[reached] ?? null));
  }
  function press(event: KeyboardEvent): void {
    const place = placeAfter(event.key, moments, at);
    if (place !== null) go(place);
    else if (event.key === "Enter" && moment) onChoose(moment);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  return (
    <div
      className="time-series"
      role="slider"
      tabIndex={0}
      aria-label={title}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, moments.length - 1)}
      aria-valuenow={at ?? 0}
      aria-valuetext={words || title}
      onKeyDown={press}
      onBlur={() => go(null)}
    >
      <Suspense fallback={<div className="time-line" />}>
        <LineChart moments={moments} {...line} at={at} onPoint={go} onChoose={() => moment && onChoose(moment)} />
      </Suspense>
      <p className="muted number" aria-hidden="true">
        {words || "\u00a0"}
      </p>
    </div>
  );
}

function textOf(
  moment: Moment | undefined,
  { write, writeTime }: Pick<TimeSeriesProps, "write" | "writeTime">,
): string {
  return moment && moment.value !== null ? `${writeTime(moment.time)}: ${write(moment.value)}` : "";
}

function isKnown(moment: Moment | undefined): boolean {
  return moment !== undefined && moment.value !== null;
}

/** Null for a key that leads nowhere. */
function placeAfter(key: string, moments: readonly Moment[], at: number | null): number | null {
  const last = moments.length - 1;
  if (key === "ArrowLeft") return known(moments, at ?? last + 1, -1);
  if (key === "ArrowRight") return known(moments, at ?? -1, 1);
  if (key === "Home") return known(moments, -1, 1);
  return key === "End" ? known(moments, last + 1, -1) : null;
}

/** The next place that is known, or null where there is none. */
function known(moments: readonly Moment[], from: number, direction: -1 | 1): number | null {
  for (let place = from + direction; place >= 0 && place < moments.length; place += direction) {
    if (isKnown(moments[place])) return place;
  }
  return null;
}
