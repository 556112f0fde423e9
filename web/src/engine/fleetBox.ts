import { address, fetchJson } from "../api/request";
import { readPositions } from "./message";
import type { Box, Place } from "./types";

/** The box around all devices whose place is known; null when there are none. */
export async function fetchFleetBox(base: string, cancel: AbortSignal): Promise<Box | null> {
  const url = address("api/positions/latest", { bbox: "-180,-90,180,90" }, base);
  const answer = readPositions("snapshot", await fetchJson(url, cancel));
  return answer?.type === "snapshot" ? boxAround(answer.positions) : null;
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
