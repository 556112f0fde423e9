import type { Box, Place } from "./place";

/** Edges count as inside. */
export function boxContains([west, south, east, north]: Box, { longitude, latitude }: Place): boolean {
  const across = west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east;
  return across && latitude >= south && latitude <= north;
}

/** The east edge on the map of the west edge: beyond 180 where the box crosses the 180th meridian. */
export function unwrappedEast([west, , east]: Box): number {
  return east < west ? east + 360 : east;
}

/** The smallest box around places, which crosses the 180th meridian where that makes it smaller; null without places. */
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
