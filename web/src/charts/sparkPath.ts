export interface SparkPoint {
  readonly time: number;
  readonly value: number;
}

const GAP = 600_000; // ms, as for a track on the map: what was in between is not known

/** Lines over the whole width and from zero to the greatest value, broken by gaps; none for fewer than two points. */
export function sparkPaths(points: readonly SparkPoint[], width: number, height: number): string[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || first.time === last.time) return [];
  const greatest = Math.max(...points.map(({ value }) => value), 1e-9);
  const place = ({ time, value }: SparkPoint): string => {
    const x = ((time - first.time) / (last.time - first.time)) * width;
    // A pixel of room above and below keeps the stroke whole.
    const y = height - 1 - (value / greatest) * (height - 2);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  };
  return pieces(points).map((piece) => `M${piece.map(place).join("L")}`);
}

function pieces(points: readonly SparkPoint[]): SparkPoint[][] {
  const found: SparkPoint[][] = [];
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before && point.time - before.time <= GAP) found.at(-1)?.push(point);
    else found.push([point]);
  });
  return found.filter((piece) => piece.length > 1);
}
