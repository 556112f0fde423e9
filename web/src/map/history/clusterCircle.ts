const SMALLEST = 20; // pixels across
export const LARGEST = 56;
const FULL_AT = 100_000; // positions

/** Pixels across, growing with the logarithm of the count: a circle of 10,000 is not a hundred times one of 100. */
export function clusterDiameter(count: number): number {
  const part = Math.log(Math.max(1, count)) / Math.log(FULL_AT);
  return Math.round(SMALLEST + (LARGEST - SMALLEST) * Math.min(1, part));
}

/** Short enough for the smallest circle that holds it. */
export function clusterLabel(count: number): string {
  if (count < 1000) return String(count);
  if (count < 10_000) return `${(Math.floor(count / 100) / 10).toString()}k`;
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`;
  return `${(Math.floor(count / 100_000) / 10).toString()}M`;
}
