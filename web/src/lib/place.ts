/** West, south, east, north in degrees. West greater than east crosses the 180th meridian. */
export type Box = readonly [west: number, south: number, east: number, north: number];

export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}
