import { ask, type Schemas } from "./ask";

export type Piece = Schemas["Trips"]["pieces"][number];

/** The trips and stops of a device that touch a range, in order. */
export async function fetchTrips(deviceId: string, from: number, signal?: AbortSignal): Promise<readonly Piece[]> {
  const query = { from: String(Math.round(from)) };
  return (await ask("/api/devices/{device_id}/trips", { path: { device_id: deviceId }, query, signal })).pieces;
}
