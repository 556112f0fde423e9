import type { TimeRange } from "../../lib/timeRange";

/** Trips and stops as marks of a time line; they lie in the order of time. */
interface TimeSpan {
  readonly start: number;
  readonly end: number;
}

/** The last that has begun by a time, if it is not over. */
export function markAt<T extends TimeSpan>(marks: readonly T[], time: number): T | undefined {
  const current = marks.findLast(({ start }) => start <= time);
  return current && time <= current.end ? current : undefined;
}

/** The mark that a key leads to from a time; undefined for a key that leads nowhere. */
export function markAfter<T extends TimeSpan>(key: string, marks: readonly T[], time: number): T | undefined {
  if (key === "ArrowRight") return marks.find(({ start }) => start > time);
  if (key === "ArrowLeft") return marks.findLast(({ start }) => start < time);
  if (key === "Home") return marks[0];
  return key === "End" ? marks.at(-1) : undefined;
}

/** One SVG path with a box per mark, 1000 units wide for the whole range: cheap for many marks. */
export function markPath(marks: readonly TimeSpan[], { from, to }: TimeRange, height: number): string {
  const place = (time: number) => Math.round((1e5 * (Math.max(from, Math.min(to, time)) - from)) / (to - from)) / 100;
  return marks.map(({ start, end }) => `M${place(start)} 0H${place(end)}V${height}H${place(start)}Z`).join("");
}
