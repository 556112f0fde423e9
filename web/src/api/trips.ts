import type { TimeRange } from "../lib/timeRange";
import { ask, type Schemas } from "./ask";

export type Piece = Schemas["Trips"]["pieces"][number];

/** The trips and stops of a device that touch a range, in order; without an end up to now. */
export async function fetchTrips(
  deviceId: string,
  { from, to }: Pick<TimeRange, "from"> & Partial<TimeRange>,
  signal?: AbortSignal,
): Promise<readonly Piece[]> {
  const query = { from: String(Math.round(from)), ...(to !== undefined && { to: String(Math.round(to)) }) };
  return (await ask("/api/devices/{device_id}/trips", { path: { device_id: deviceId }, query, signal })).pieces;
}
