import { offsetIfAmbiguous, offsetText, possibleTimes } from "../format/wallClock";
import { settings } from "../settings/settings";

const TIMES = /^(?:(\d{4}-\d\d-\d\d)[T ]\s*)?(\d\d?)(:\d\d(?::\d\d(?:\.\d{1,3})?)?)\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

/** What a typed time means: two times where clocks were put back and show it twice, none where they were put forward
 * over it; null for what is no time. */
export type ParsedTimes = readonly number[] | null;

/** A typed day and time, or a time of today, in the zone that it names or else in that which is set. */
export function parseTime(text: string, now: number): ParsedTimes {
  const [matched, typed, hour = "", rest = "", named = ownZone()] = TIMES.exec(text.trim()) ?? [];
  const zone = iso(named);
  const day = typed ?? today(now, zone);
  if (matched === undefined || !isDay(day)) return null;
  const time = Date.parse(`${day}T${hour.padStart(2, "0")}${rest}${zone || "Z"}`);
  if (Number.isNaN(time)) return null;
  return zone === "" ? possibleTimes(time) : [time];
}

/** The other way, to the minute, in the zone that is set; with its offset where clocks show it twice. */
export function formatTimeInput(time: number): string {
  if (settings.get().zone === "utc") return wallClock(time, 0);
  return [wallClock(time, new Date(time).getTimezoneOffset()), offsetIfAmbiguous(time)].join(" ").trim();
}

/** With its offset, whether it is needed or not. */
export function formatWithOffset(time: number): string {
  return `${wallClock(time, new Date(time).getTimezoneOffset())} ${offsetText(time)}`;
}

/** `minutes` west of UTC. */
function wallClock(time: number, minutes: number): string {
  return new Date(time - minutes * 60_000).toISOString().slice(0, 16).replace("T", " ");
}

/** The day that it is in a zone; in none, that of the browser. */
function today(now: number, zone: string): string {
  if (zone === "") return formatTimeInput(now).slice(0, 10);
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
