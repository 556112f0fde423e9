import { request } from "./request";

interface Span {
  readonly start: number;
  readonly end: number;
  readonly positions: number;
}

/** Longitude and latitude. */
export type Corner = readonly [longitude: number, latitude: number];

export interface Trip extends Span {
  readonly type: "trip";
  readonly from: Corner;
  readonly to: Corner;
  /** Metres, and metres a second. */
  readonly distance: number;
  readonly top_speed: number;
  readonly mean_speed: number;
}

export interface Stop extends Span {
  readonly type: "stop";
  readonly longitude: number;
  readonly latitude: number;
  readonly radius: number;
}

export type Piece = Trip | Stop;

/** The trips and stops of a device that touch a range, in order. */
export async function fetchTrips(deviceId: string, from: number, signal?: AbortSignal): Promise<readonly Piece[]> {
  const path = `api/devices/${encodeURIComponent(deviceId)}/trips`;
  return (await request<{ readonly pieces: readonly Piece[] }>(path, { from: Math.round(from) }, signal)).pieces;
}
