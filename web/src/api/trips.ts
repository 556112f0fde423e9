import type { TimeRange } from "../lib/timeRange";
import { getJson, type Schemas } from "./openApi";

export type TripSegment = Schemas["Trips"]["pieces"][number];

/** The trips and stops of a device that touch a range, in order; without an end up to now. */
export async function fetchTrips(
  deviceId: string,
  { from, to }: Pick<TimeRange, "from"> & Partial<TimeRange>,
  signal?: AbortSignal,
): Promise<readonly TripSegment[]> {
  const query = { from: String(Math.round(from)), ...(to !== undefined && { to: String(Math.round(to)) }) };
  return (await getJson("/api/devices/{device_id}/trips", { path: { device_id: deviceId }, query, signal })).pieces;
}
