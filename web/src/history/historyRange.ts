import type { TimeRange } from "../engine/types";
import { t } from "../words/t";
import { readTime } from "./readTime";

export const PRESETS = [
  { key: "15min", label: "15 min", milliseconds: 15 * 60_000 },
  { key: "1h", label: "1 h", milliseconds: 3_600_000 },
  { key: "24h", label: "24 h", milliseconds: 24 * 3_600_000 },
  { key: "7d", label: "7 days", milliseconds: 7 * 24 * 3_600_000 },
] as const;

export type PresetKey = (typeof PRESETS)[number]["key"];
/** `other`: a range that has no name here, as the address or the histogram may give. */
export type HistoryChoice = "off" | PresetKey | "custom" | "other";

const HOUR = 3_600_000; // ms

/** The hours that it touches: history is gathered by the hour. Within one a range that ends now stays the same. */
export function wholeHours({ from, to }: TimeRange): TimeRange {
  return { from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(to / HOUR) * HOUR };
}

export function presetRange(key: PresetKey, now: number): TimeRange {
  const preset = PRESETS.find((candidate) => candidate.key === key) ?? PRESETS[0];
  return wholeHours({ from: now - preset.milliseconds, to: now });
}

/** Whether a choice that ends now has come to mean other hours than those shown. */
export function hasMovedOn(choice: HistoryChoice, shown: TimeRange | null, now: number): boolean {
  if (!PRESETS.some(({ key }) => key === choice) || !shown) return false;
  return now > shown.to;
}

export type RangeReading =
  | { readonly range: TimeRange; readonly problem: null }
  | { readonly range: null; readonly problem: string };

/** Reads two typed times, or says what is wrong with them. */
export function readRange(from: string, to: string, now: number): RangeReading {
  const start = readTime(from, now);
  const end = readTime(to, now);
  if (start === null) return notTime(t("From"), from);
  if (end === null) return notTime(t("To"), to);
  if (start >= end) return fault(t("From must be before To."));
  if (start > now) return fault(t("From lies in the future: nothing is stored there yet."));
  return { range: wholeHours({ from: start, to: end }), problem: null };
}

function notTime(field: string, text: string): RangeReading {
  return fault(
    t("{{field}}: expected 2026-11-23 14:05, 14:05 or 2026-11-23T14:05:00Z, got “{{text}}”.", { field, text }),
  );
}

function fault(problem: string): RangeReading {
  return { range: null, problem };
}
