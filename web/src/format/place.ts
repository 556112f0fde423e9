import type { Place } from "../lib/place";

/** Latitude and longitude to 1 m, as most other maps accept them in a search. */
export function formatPlace({ latitude, longitude }: Place): string {
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
}
