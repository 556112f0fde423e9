import type { Label } from "../i18n/t";
/** What the code and the reason of a close say. */

export const SERVER_STOPPING = 1012;
const LONGEST_DELAY = 60_000; // ms

/** Codes after which the same would be refused again; after all others it is tried again. */
export const REFUSALS: ReadonlyMap<number, Label> = new Map([
  [1009, "The server refused a message as too large."],
  [4400, "The server could not understand what this page sends. Reload it: it may be out of date."],
]);

/** The wait in ms that the server asks for, or null. */
export function requestedDelay(reason: string): number | null {
  const wait = /\bretry_ms=(\d+)/.exec(reason)?.[1];
  return wait === undefined ? null : Math.min(LONGEST_DELAY, Number(wait));
}
