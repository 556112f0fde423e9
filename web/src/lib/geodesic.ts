import type { Place } from "./place";

/** Metres and degrees clockwise from north, at the start. */
export interface GeodesicLeg {
  readonly metres: number;
  readonly bearing: number;
}

// WGS 84
const A = 6_378_137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const MEAN = 6_371_008.8;
const ROUNDS = 100;
const EXACT = 1e-12; // radians

/** The shortest way over the ellipsoid, by T. Vincenty's formulae (Survey Review, 1975), good to a millimetre. */
export function geodesic(from: Place, to: Place): GeodesicLeg {
  const difference = radians(to.longitude - from.longitude);
  const u1 = Math.atan((1 - F) * Math.tan(radians(from.latitude)));
  const u2 = Math.atan((1 - F) * Math.tan(radians(to.latitude)));
  const [sinU1, cosU1, sinU2, cosU2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  let lambda = difference;
  for (let round = 0; round < ROUNDS; round += 1) {
    const [sin, cos] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(cosU2 * sin, cosU1 * sinU2 - sinU1 * cosU2 * cos);
    if (sinSigma === 0) return { metres: 0, bearing: 0 };
    const cosSigma = sinU1 * sinU2 + cosU1 * cosU2 * cos;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cosU1 * cosU2 * sin) / sinSigma;
    const square = 1 - sinAlpha ** 2;
    const middle = square === 0 ? 0 : cosSigma - (2 * sinU1 * sinU2) / square;
    const c = (F / 16) * square * (4 + F * (4 - 3 * square));
    const turned = sigma + c * sinSigma * (middle + c * cosSigma * (2 * middle ** 2 - 1));
    const next = difference + (1 - c) * F * sinAlpha * turned;
    if (Math.abs(next - lambda) < EXACT) {
      const bearing = Math.atan2(cosU2 * sin, cosU1 * sinU2 - sinU1 * cosU2 * cos);
      return { metres: length(sigma, sinSigma, cosSigma, square, middle), bearing: turn(bearing) };
    }
    lambda = next;
  }
  // Nearly opposite each other they do not come to an end: there the sphere has to do.
  return onSphere(from, to);
}

function length(sigma: number, sin: number, cos: number, square: number, middle: number): number {
  const u = (square * (A ** 2 - B ** 2)) / B ** 2;
  const a = 1 + (u / 16384) * (4096 + u * (-768 + u * (320 - 175 * u)));
  const b = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
  const last = (b / 6) * middle * (4 * sin ** 2 - 3) * (4 * middle ** 2 - 3);
  return B * a * (sigma - b * sin * (middle + (b / 4) * (cos * (2 * middle ** 2 - 1) - last)));
}

function onSphere(from: Place, to: Place): GeodesicLeg {
  const [lat1, lat2] = [radians(from.latitude), radians(to.latitude)];
  const lon = radians(to.longitude - from.longitude);
  const h = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin(lon / 2) ** 2;
  const y = Math.sin(lon) * Math.cos(lat2);
  const x = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(lon);
  return { metres: 2 * MEAN * Math.asin(Math.min(1, Math.sqrt(h))), bearing: turn(Math.atan2(y, x)) };
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}

function turn(angle: number): number {
  return ((angle * 180) / Math.PI + 360) % 360;
}
