import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { formatMinute } from "../format/time";
import { t } from "../i18n/t";
import type { TimeRange } from "../lib/timeRange";
import { type Edge, moveRange, rangeBetween, type Steps, withEdge } from "./brush";

const PAGE = 10; // parts of the window that a page goes
const NARROW = 15; // percent of the window; in a narrower range a finger could not hit one edge alone
const SETTLED = 500; // ms after the last key

type Grip = Edge | "all" | "new";

interface RangeBrushProps extends Steps {
  readonly range: TimeRange;
  readonly now: number;
  /** What is chosen from: it fills the place. */
  readonly children: ReactNode;
  /** The time under a pointer that rests, null when it has gone. */
  onPoint(time: number | null): void;
  onRange(range: TimeRange): void;
}

/** A range of time, chosen by drawing over it, by moving it or one of its edges; each edge also by keys. */
export function RangeBrush({ range, now, children, onPoint, onRange, ...steps }: RangeBrushProps) {
  const { window } = steps;
  const draft = useDraft(onRange);
  // The range may end with its hour, later than what is chosen from.
  const shown = draft.range ?? { from: Math.min(range.from, window.to), to: Math.min(range.to, window.to) };
  const { place, take, drag, release, cancel } = useGrip(shown, draft, steps, onPoint);
  const percent = (time: number) => (100 * (time - window.from)) / (window.to - window.from);
  const [west, east] = [percent(shown.from), percent(shown.to)];
  const outside = east - west > NARROW ? null : west > NARROW ? "from" : "to";
  return (
    <div
      ref={place}
      className="brush"
      dir="ltr"
      onPointerDown={take}
      onPointerMove={drag}
      onPointerUp={release}
      onPointerCancel={cancel}
      onPointerLeave={() => onPoint(null)}
    >
      {children}
      <div className="brush-range" data-grip="all" style={{ left: `${west}%`, width: `${east - west}%` }} />
      {(["from", "to"] as const).map((edge) => (
        <BrushEdge
          key={edge}
          edge={edge}
          range={shown}
          now={now}
          left={percent(shown[edge])}
          aside={outside === edge}
          steps={steps}
          draft={draft}
        />
      ))}
    </div>
  );
}

interface BrushEdgeProps {
  readonly edge: Edge;
  readonly range: TimeRange;
  readonly now: number;
  readonly left: number; // percent
  /** Its handle lies outside of a narrow range. */
  readonly aside: boolean;
  readonly steps: Steps;
  readonly draft: Draft;
}

function BrushEdge({ edge, range, now, left, aside, steps, draft }: BrushEdgeProps) {
  return (
    <div
      className="brush-edge"
      data-grip={edge}
      data-aside={aside}
      role="slider"
      tabIndex={0}
      aria-label={edge === "from" ? t("Start of the selected period") : t("End of the selected period")}
      aria-valuemin={steps.window.from}
      aria-valuemax={steps.window.to}
      aria-valuenow={range[edge]}
      aria-valuetext={formatMinute(range[edge], now)}
      style={{ left: `${left}%` }}
      onKeyDown={(event) => {
        const wanted = byKey(event, range, edge, steps);
        if (wanted) draft.set(wanted, SETTLED);
      }}
      onBlur={draft.settle}
    />
  );
}

/** What the pointer holds: an edge, the whole range, or a new one from where it was pressed. */
function useGrip(shown: TimeRange, draft: Draft, steps: Steps, onPoint: RangeBrushProps["onPoint"]) {
  const { window } = steps;
  const place = useRef<HTMLDivElement>(null);
  const held = useRef<{ readonly grip: Grip; readonly at: number; readonly range: TimeRange } | null>(null);
  function timeAt(event: PointerEvent): number {
    const { left = 0, width = 1 } = place.current?.getBoundingClientRect() ?? {};
    return window.from + ((event.clientX - left) / Math.max(1, width)) * (window.to - window.from);
  }
  function take(event: PointerEvent): void {
    if (event.button !== 0) return;
    const taken = (event.target as HTMLElement).dataset.grip as Grip | undefined;
    held.current = { grip: taken ?? "new", at: timeAt(event), range: shown };
    place.current?.setPointerCapture(event.pointerId);
    drag(event);
  }
  function drag(event: PointerEvent): void {
    const time = timeAt(event);
    onPoint(time);
    if (!held.current) return;
    const { grip, at, range } = held.current;
    if (grip === "new") draft.set(rangeBetween(at, time, steps));
    else if (grip === "all") draft.set(moveRange(range, time - at, steps));
    else draft.set(withEdge(range, grip, time, steps));
  }
  function release(): void {
    if (held.current) draft.settle();
    held.current = null;
  }
  function cancel(): void {
    held.current = null;
    draft.set(null);
  }
  return { place, take, drag, release, cancel };
}

interface Draft {
  readonly range: TimeRange | null;
  set(range: TimeRange | null, settledAfter?: number): void;
  settle(): void;
}

/** What is being chosen, until it is: at once, or when nothing else came for some time. */
function useDraft(onRange: (range: TimeRange) => void): Draft {
  const [range, show] = useState<TimeRange | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const newest = useRef<TimeRange | null>(null);
  function stop(): void {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
  }
  function settle(): void {
    stop();
    if (newest.current) onRange(newest.current);
    newest.current = null;
    show(null);
  }
  function set(wanted: TimeRange | null, settledAfter?: number): void {
    stop();
    newest.current = wanted;
    show(wanted);
    if (settledAfter !== undefined) timer.current = setTimeout(settle, settledAfter);
  }
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  return { range, set, settle };
}

/** With Shift the whole range moves. Null for a key without a meaning here. */
function byKey(event: KeyboardEvent, range: TimeRange, edge: Edge, steps: Steps): TimeRange | null {
  const { window, step } = steps;
  const page = Math.max(step, (window.to - window.from) / PAGE);
  const by: Readonly<Record<string, number>> = {
    ArrowLeft: -step,
    ArrowDown: -step,
    ArrowRight: step,
    ArrowUp: step,
    PageDown: -page,
    PageUp: page,
    Home: window.from - range[edge],
    End: window.to - range[edge],
  };
  const change = by[event.key];
  if (change === undefined) return null;
  event.preventDefault();
  event.stopPropagation();
  return event.shiftKey ? moveRange(range, change, steps) : withEdge(range, edge, range[edge] + change, steps);
}
