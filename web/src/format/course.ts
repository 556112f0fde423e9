import { t } from "../i18n/t";

const POINTS = [
  "N",
  "NNE",
  "NE",
  "ENE",
  "E",
  "ESE",
  "SE",
  "SSE",
  "S",
  "SSW",
  "SW",
  "WSW",
  "W",
  "WNW",
  "NW",
  "NNW",
] as const;

/** One of sixteen, for degrees clockwise from true north. */
export function compassPoint(degrees: number): string {
  const turned = ((degrees % 360) + 360) % 360;
  return t(POINTS[Math.round(turned / 22.5) % 16] ?? "N");
}

/** `271° W`; a dash when it is not known. */
export function formatCourse(degrees: number | undefined): string {
  if (degrees === undefined) return "–";
  return `${Math.round(degrees) % 360}° ${compassPoint(degrees)}`;
}
