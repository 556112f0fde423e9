import type { Label } from "../i18n/t";
/** The codes and reasons with which the server closes the socket. */

export const SERVER_STOPPING = 1012;
const LONGEST_DELAY = 60_000; // ms

/** Codes after which a retry would be refused again; after all others the page reconnects. */
export const REFUSALS: ReadonlyMap<number, Label> = new Map([
  [1009, "The server refused a message as too large."],
  [4400, "The server could not read a message of this page. Reload it: it may be out of date."],
]);

/** The retry delay in ms that the server requests, or null. */
export function requestedDelay(reason: string): number | null {
  const wait = /\bretry_ms=(\d+)/.exec(reason)?.[1];
  return wait === undefined ? null : Math.min(LONGEST_DELAY, Number(wait));
}
