import type { TimeRange } from "../lib/timeRange";

/** Choosing a range of time in whole steps from the start of a window. */
export interface Steps {
  readonly window: TimeRange;
  readonly step: number; // ms
}

export type Edge = "from" | "to";

/** Between two times, in either order: all steps that they touch, at least one. */
export function rangeBetween(a: number, b: number, { window, step }: Steps): TimeRange {
  const [first, last] = [numberOf(Math.min(a, b), window, step), numberOf(Math.max(a, b), window, step)];
  return { from: window.from + first * step, to: Math.min(window.to, window.from + (last + 1) * step) };
}

/** With one edge at the nearest step to a time, at least one step from the other. */
export function withEdge(range: TimeRange, edge: Edge, time: number, { window, step }: Steps): TimeRange {
  const snapped = window.from + Math.round((time - window.from) / step) * step;
  return edge === "from"
    ? { ...range, from: Math.max(window.from, Math.min(snapped, range.to - step)) }
    : { ...range, to: Math.min(window.to, Math.max(snapped, range.from + step)) };
}

/** As long as it is, moved by whole steps, as far as the window goes. */
export function moveRange({ from, to }: TimeRange, by: number, { window, step }: Steps): TimeRange {
  const wanted = Math.round(by / step) * step;
  const possible = Math.max(window.from - from, Math.min(window.to - to, wanted));
  return { from: from + possible, to: to + possible };
}

function numberOf(time: number, window: TimeRange, step: number): number {
  const steps = Math.ceil((window.to - window.from) / step);
  return Math.max(0, Math.min(steps - 1, Math.floor((time - window.from) / step)));
}
