import { settings } from "../settings/settings";
import { locale } from "./number";
import { offsetIfAmbiguous } from "./wallClock";

const DAY = 86_400_000; // ms
const SECOND = { timeStyle: "medium" } as const;
const DAY_AND_SECOND = { dateStyle: "medium", timeStyle: "medium" } as const;
const MINUTE = { timeStyle: "short" } as const;
const DAY_AND_MINUTE = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;

const ZONES = { local: {}, utc: { timeZone: "UTC" } } as const;

const formats = new Map<string, Intl.DateTimeFormat>();

/** In the zone that is set; the day only when it is not today, the offset only where clocks show the same time twice. */
export function formatTime(time: number, now: number): string {
  return format(time, isSameDay(time, now) ? SECOND : DAY_AND_SECOND);
}

/** As `formatTime`, without seconds and the year. */
export function formatMinute(time: number, now: number): string {
  return format(time, isSameDay(time, now) ? MINUTE : DAY_AND_MINUTE);
}

function format(time: number, options: Intl.DateTimeFormatOptions): string {
  const { zone } = settings.get();
  const key = `${locale()} ${zone} ${Object.values(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale(), { ...options, ...ZONES[zone] });
  formats.set(key, known);
  const offset = zone === "utc" ? "" : offsetIfAmbiguous(time);
  return offset ? `${known.format(time)} ${offset}` : known.format(time);
}

function isSameDay(time: number, now: number): boolean {
  if (settings.get().zone === "utc") return Math.floor(time / DAY) === Math.floor(now / DAY);
  return new Date(time).toDateString() === new Date(now).toDateString();
}
