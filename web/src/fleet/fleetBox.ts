import { type DevicePage, fetchDevices } from "../api/devices";
import { address, fetchJson } from "../api/request";
import type { Box, Place } from "../lib/place";
import { decodePositions } from "../live/messageDecoder";
import type { Status } from "../live/position";

const PAGE = 1000;
const MOST_PAGES = 10; // as many devices as the server sends at once without a limit

/** Which devices of the fleet; what is left out or empty limits nothing. */
export interface FleetQuery {
  readonly search?: string;
  readonly status?: readonly Status[];
  readonly kind?: readonly string[];
  readonly device?: readonly string[];
}

/** The box around the devices whose place is known, of 10,000 at most; null when there are none. */
export async function fetchFleetBox(base: string, query: FleetQuery, cancel: AbortSignal): Promise<Box | null> {
  const limited = Object.values(query).some(({ length }) => length > 0);
  return boxAround(await (limited ? fetchMatching(query, cancel) : fetchAll(base, cancel)));
}

async function fetchAll(base: string, cancel: AbortSignal): Promise<readonly Place[]> {
  const url = address("api/positions/latest", { bbox: "-180,-90,180,90" }, base);
  const answer = decodePositions("snapshot", await fetchJson(url, cancel));
  return answer?.type === "snapshot" ? answer.positions : [];
}

async function fetchMatching(query: FleetQuery, cancel: AbortSignal): Promise<readonly Place[]> {
  const places: Place[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: DevicePage = await fetchDevices({ ...query, cursor, limit: PAGE }, cancel);
    places.push(...answer.devices.flatMap(({ position }) => position ?? []));
    cursor = answer.next;
    if (cursor === null) break;
  }
  return places;
}

/** The smallest box, which crosses the 180th meridian where that makes it smaller. */
export function boxAround(places: readonly Place[]): Box | null {
  if (places.length === 0) return null;
  const latitudes = places.map((place) => place.latitude);
  const longitudes = places.map((place) => place.longitude).sort((a, b) => a - b);
  const first = longitudes[0] ?? 0;
  const last = longitudes.at(-1) ?? 0;
  let widestGap = first + 360 - last;
  let [west, east] = [first, last];
  longitudes.forEach((longitude, i) => {
    const next = longitudes[i + 1];
    if (next === undefined || next - longitude <= widestGap) return;
    widestGap = next - longitude;
    [west, east] = [next, longitude];
  });
  const south = latitudes.reduce((least, value) => Math.min(least, value), 90);
  const north = latitudes.reduce((most, value) => Math.max(most, value), -90);
  return [west, south, east, north];
}
