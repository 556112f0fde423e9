export interface SparkPoint {
  readonly time: number;
  readonly value: number;
}

/** A line over the whole width and from zero to the greatest value; empty for fewer than two points. */
export function sparkPath(points: readonly SparkPoint[], width: number, height: number): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || first.time === last.time) return "";
  const greatest = Math.max(...points.map(({ value }) => value), 1e-9);
  const places = points.map(({ time, value }) => {
    const x = ((time - first.time) / (last.time - first.time)) * width;
    // A pixel of room above and below keeps the stroke whole.
    const y = height - 1 - (value / greatest) * (height - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return `M${places.join("L")}`;
}
