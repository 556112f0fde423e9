import type { TimeRange } from "../lib/timeRange";
import { getJson, type Schemas } from "./openApi";

export type TripSegment = Schemas["Trips"]["pieces"][number];

/** The trips and stops of a device that touch a range, in order. */
export async function fetchTrips(
  deviceId: string,
  { from, to }: TimeRange,
  signal?: AbortSignal,
): Promise<readonly TripSegment[]> {
  const query = { from: String(Math.round(from)), to: String(Math.round(to)) };
  return (await getJson("/api/devices/{device_id}/trips", { path: { device_id: deviceId }, query, signal })).pieces;
}
