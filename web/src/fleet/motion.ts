import { shortestTurn } from "../lib/turn";

/** How a marker moves from its displayed place to the reported one. Times are ms, courses degrees. */

export const SHORTEST_GLIDE = 200;
/** Recorded buses report every twelve seconds or so: a little more, so that they do not halt between fixes. */
export const LONGEST_GLIDE = 15_000;
const FIRST_INTERVAL = 1000;
const INTERVAL_WEIGHT = 0.3; // of the newest interval in the mean
const LATENESS_ALLOWED = 1.1; // the next fix may be a tenth late before the marker stands still
const TELEPORT_AFTER = 60_000; // ms without news: the way between is not known
const TELEPORT_SPEED = 400; // m/s
const TELEPORT_FREE = 300; // metres that are never too far, GPS noise included
const TURN_TIME = 500; // ms
const LONGEST_OVERRUN = 3000; // ms

export interface Leg {
  readonly metres: number;
  /** Since the last report of the device; null for the first one. */
  readonly sinceLast: number | null;
  /** The mean time between its fixes as known before; 0 when not known. */
  readonly interval: number;
}

/** The running mean of the time between the fixes of one device; a pause is not let into it. */
export function nextInterval(mean: number, sample: number): number {
  const limited = Math.max(SHORTEST_GLIDE, Math.min(LONGEST_GLIDE, sample));
  return mean === 0 ? limited : mean + INTERVAL_WEIGHT * (limited - mean);
}

/** How long to glide; 0 means to appear at the new place at once. */
export function glideTime(leg: Leg): number {
  if (leg.sinceLast === null || leg.sinceLast > TELEPORT_AFTER) return 0;
  const expected = (leg.interval || FIRST_INTERVAL) * LATENESS_ALLOWED;
  const time = Math.max(SHORTEST_GLIDE, Math.min(LONGEST_GLIDE, expected));
  const reach = TELEPORT_FREE + (TELEPORT_SPEED * Math.max(time, leg.sinceLast)) / 1000;
  return leg.metres > reach ? 0 : time;
}

/** How long the marker of a moving device continues after its glide when the next fix is late, in ms. */
export function overrunTime(duration: number): number {
  return Math.min(duration / 2, LONGEST_OVERRUN);
}

/** From 0 to 1, beyond it by as much as it may overrun, and never back as `now` grows. */
export function progress(now: number, start: number, duration: number, overrun = 0): number {
  if (duration <= 0) return 1;
  return Math.max(0, Math.min(1 + overrun / duration, (now - start) / duration));
}

/** The marker turns sooner than it arrives, as a driver does. */
export function courseAt(from: number, to: number, elapsed: number, duration: number): number {
  const part = progress(elapsed, 0, Math.min(duration, TURN_TIME));
  return part === 1 ? to : (from + shortestTurn(from, to) * part + 360) % 360;
}
