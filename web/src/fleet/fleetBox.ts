import { fetchDevices } from "../api/devices";
import { pages } from "../api/pages";
import { address, fetchJson } from "../api/request";
import { boxAround } from "../lib/box";
import type { Box, Place } from "../lib/place";
import { decodePositions } from "../live/messageDecoder";
import type { Status } from "../live/position";

const PAGE = 1000;
const MOST_DEVICES = 10_000; // as many as the server sends at once without a limit

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
  return answer?.type === "snapshot" ? answer.positions.all() : [];
}

async function fetchMatching(query: FleetQuery, cancel: AbortSignal): Promise<readonly Place[]> {
  const places: Place[] = [];
  let read = 0;
  for await (const { devices } of pages((cursor) => fetchDevices({ ...query, cursor, limit: PAGE }, cancel))) {
    places.push(...devices.flatMap(({ position }) => position ?? []));
    read += devices.length;
    if (read >= MOST_DEVICES) break;
  }
  return places;
}
