import type { TimeRange } from "../lib/timeRange";

const HOUR = 3_600_000; // ms
const DAY = 24 * HOUR;
const LENGTHS = [DAY, 7 * DAY, 30 * DAY, 365 * DAY, 3600 * DAY];
// How the server counts what is at most so long; what is longer, by 30 days.
const BY_THE_HOUR = 14 * DAY;
const BY_THE_DAY = 390 * DAY;
const LEAST = 60_000; // ms
const NARROWEST = 1 / 60; // part of the window that a range can be seen and grasped in

/** The visible time around a range: as before for as long as the range can be seen in it, else one about
 * three times as long or longer, that ends no later than now. */
export function windowAround(range: TimeRange, now: number, before: TimeRange | null): TimeRange {
  if (before && holds(before, range)) return before;
  const span = range.to - range.from;
  const length = LENGTHS.find((one) => one >= 3 * span) ?? span;
  const step = stepOf(length);
  const latest = Math.max(range.to, ceil(now, step));
  const to = ceil(Math.min(latest, range.to + (length - span) / 2), step);
  return { from: Math.floor(Math.min(range.from, to - length) / step) * step, to };
}

function stepOf(length: number): number {
  if (length <= BY_THE_HOUR) return HOUR;
  return length <= BY_THE_DAY ? DAY : 30 * DAY;
}

function holds(window: TimeRange, { from, to }: TimeRange): boolean {
  return window.from <= from && to <= window.to && to - from >= (window.to - window.from) * NARROWEST;
}

/** The same span right before a range or right after it; null where that lies in the future, but for less
 * than a minute. */
export function adjacentRange({ from, to }: TimeRange, direction: -1 | 1, now: number): TimeRange | null {
  const by = direction * (to - from);
  return from + by > now - LEAST ? null : { from: from + by, to: to + by };
}

function ceil(time: number, step: number): number {
  return Math.ceil(time / step) * step;
}
