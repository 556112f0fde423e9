import type { TimeRange } from "../../lib/timeRange";

/** Where nothing is stored in a range, as shares of it; `stored` lies in the order of time. */
export function timelineGaps(range: TimeRange, stored: readonly TimeRange[]): TimeRange[] {
  const length = range.to - range.from;
  if (length <= 0) return [];
  const gaps: TimeRange[] = [];
  let end = range.from;
  for (const { from, to } of [...stored, { from: range.to, to: range.to }]) {
    const until = Math.min(from, range.to);
    if (until > end) gaps.push({ from: (end - range.from) / length, to: (until - range.from) / length });
    end = Math.max(end, to);
  }
  return gaps;
}
