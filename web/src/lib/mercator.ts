/** The world as a square from 0 to 1, west to east and north to south, as map tiles see it. */

const LATITUDE_LIMIT = 85.05112878;
export const EARTH_CIRCUMFERENCE = 2 * Math.PI * 6_378_137; // metres, at the equator
/** World units to whole numbers: x wraps around the 180th meridian as 32-bit integers overflow. */
export const X_UNITS = 2 ** 32;
/** Half as many, for a difference of two places may be as large as the world. */
export const Y_UNITS = 2 ** 31;

export function worldX(longitude: number): number {
  return (longitude + 180) / 360;
}

export function worldY(latitude: number): number {
  const limited = Math.max(-LATITUDE_LIMIT, Math.min(LATITUDE_LIMIT, latitude));
  const sine = Math.sin((limited * Math.PI) / 180);
  // Half the time of asinh(tan(latitude)), for every position of a live fleet comes through here.
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

/** Between -180 and 180, whichever copy of the world `x` is in. */
export function longitudeOf(x: number): number {
  return (x - Math.floor(x)) * 360 - 180;
}

export function latitudeOf(y: number): number {
  return (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;
}

/** The difference between two `x` by the shorter way round the earth. */
export function wrappedDelta(difference: number): number {
  return difference - Math.round(difference);
}

/** Metres between two places near each other; `y` is where the scale is taken. */
export function metresBetween(x0: number, y0: number, x1: number, y1: number): number {
  const scale = EARTH_CIRCUMFERENCE / Math.cosh((0.5 - (y0 + y1) / 2) * 2 * Math.PI);
  const [across, down] = [wrappedDelta(x1 - x0), y1 - y0];
  // Not Math.hypot, which takes ten times as long to guard against numbers that places are not.
  return Math.sqrt(across * across + down * down) * scale;
}

/** Degrees clockwise from north of the way from one place to the other. */
export function bearing(x0: number, y0: number, x1: number, y1: number): number {
  const degrees = (Math.atan2(wrappedDelta(x1 - x0), y0 - y1) * 180) / Math.PI;
  return degrees < 0 ? degrees + 360 : degrees;
}
