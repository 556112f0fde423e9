import { settings } from "../settings/settings";

const TIMES = /^(?:(\d{4}-\d\d-\d\d)[T ]\s*)?(\d\d?)(:\d\d(?::\d\d(?:\.\d{1,3})?)?)\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

/** A typed day and time, or a time of today, in the zone that it names or else in that which is set; null for what is
 * no time. */
export function readTime(text: string, now: number): number | null {
  const [matched, typed, hour = "", rest = "", named = ownZone()] = TIMES.exec(text.trim()) ?? [];
  const zone = iso(named);
  const day = typed ?? today(now, zone);
  if (matched === undefined || !isDay(day)) return null;
  // Without a zone, a date-time is read in the zone of the browser.
  const time = Date.parse(`${day}T${hour.padStart(2, "0")}${rest}${zone}`);
  return Number.isNaN(time) ? null : time;
}

/** The other way, to the minute, in the zone that is set. */
export function writeTime(time: number): string {
  const minutes = settings.get().zone === "utc" ? 0 : new Date(time).getTimezoneOffset();
  return new Date(time - minutes * 60_000).toISOString().slice(0, 16).replace("T", " ");
}

/** The day that it is in a zone; in none, that of the browser. */
function today(now: number, zone: string): string {
  if (zone === "") return writeTime(now).slice(0, 10);
  const behind = Date.parse(`1970-01-01T00:00${zone}`); // UTC, of that zone
  return Number.isNaN(behind) ? "" : new Date(now - behind).toISOString().slice(0, 10);
}

function ownZone(): string {
  return settings.get().zone === "utc" ? "Z" : "";
}

function iso(zone: string): string {
  if (/^(z|utc)$/i.test(zone)) return "Z";
  const [, hours, minutes = "00"] = /^([+-]\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return hours === undefined ? "" : `${hours}:${minutes}`;
}

/** Browsers take the 31st of a shorter month for the first of the next. */
function isDay(day: string): boolean {
  const midnight = Date.parse(`${day}T00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
}
