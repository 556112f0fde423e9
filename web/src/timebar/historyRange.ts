import { t } from "../i18n/t";
import type { TimeRange } from "../lib/timeRange";
import { formatWithOffset, type ParsedTimes, parseTime } from "./timeInput";

export const PRESETS = [
  { key: "15min", label: "15 min", milliseconds: 15 * 60_000 },
  { key: "1h", label: "1 h", milliseconds: 3_600_000 },
  { key: "24h", label: "24 h", milliseconds: 24 * 3_600_000 },
  { key: "7d", label: "7 days", milliseconds: 7 * 24 * 3_600_000 },
] as const;

export type PresetKey = (typeof PRESETS)[number]["key"];
/** `other`: a range that has no name here, as the address or the histogram may give. */
export type HistoryChoice = "off" | PresetKey | "custom" | "other";

const MINUTE = 60_000; // ms
const HOUR = 3_600_000;

/** The hours that it touches, which the server widens a range to: what the history layer shows is gathered by the hour. */
export function wholeHours({ from, to }: TimeRange): TimeRange {
  return { from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(to / HOUR) * HOUR };
}

/** The period of a preset, up to the last whole minute. */
export function presetRange(key: PresetKey, now: number): TimeRange {
  const preset = PRESETS.find((candidate) => candidate.key === key) ?? PRESETS[0];
  const to = Math.floor(now / MINUTE) * MINUTE;
  return { from: to - preset.milliseconds, to };
}

/** The hours that the history layer shows for it, up to now. */
export function layerRange(key: PresetKey, now: number): TimeRange {
  return wholeHours({ from: presetRange(key, now).from, to: now });
}

export function isPreset(choice: HistoryChoice): choice is PresetKey {
  return PRESETS.some(({ key }) => key === choice);
}

/** Whether a choice that ends now has come to mean other hours than those shown. */
export function isOutdated(choice: HistoryChoice, shown: TimeRange | null, now: number): boolean {
  return isPreset(choice) && shown !== null && now > shown.to;
}

export type RangeReading =
  | { readonly range: TimeRange; readonly problem: null }
  | { readonly range: null; readonly problem: string };

/** Parses two typed times, or reports what is wrong with them. */
export function readRange(from: string, to: string, now: number): RangeReading {
  const starts = parseTime(from, now);
  const ends = parseTime(to, now);
  const [start] = starts ?? [];
  const [end] = ends ?? [];
  if (start === undefined || starts?.length !== 1) return notOneTime(t("From"), from, starts);
  if (end === undefined || ends?.length !== 1) return notOneTime(t("To"), to, ends);
  if (start >= end) return fault(t("From must be before To."));
  if (start > now) return fault(t("From is in the future: no positions are stored there yet."));
  return { range: { from: start, to: end }, problem: null };
}

function notOneTime(field: string, text: string, times: ParsedTimes): RangeReading {
  const [first, second] = times ?? [];
  if (times === null) {
    return fault(
      t("{{field}}: expected 2026-11-23 14:05, 14:05 or 2026-11-23T14:05:00Z, got “{{text}}”.", { field, text }),
    );
  }
  if (first === undefined || second === undefined) {
    return fault(
      t("{{field}}: clocks were put forward over “{{text}}”; choose a time before or after.", { field, text }),
    );
  }
  const [one, other] = [formatWithOffset(first), formatWithOffset(second)];
  return fault(
    t("{{field}}: clocks were put back and showed “{{text}}” twice; write {{one}} or {{other}}.", {
      field,
      text,
      one,
      other,
    }),
  );
}

function fault(problem: string): RangeReading {
  return { range: null, problem };
}
