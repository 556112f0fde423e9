export interface SparkPoint {
  readonly time: number;
  /** Null where nothing is known. */
  readonly value: number | null;
}

interface KnownPoint extends SparkPoint {
  readonly value: number;
}

export interface SparkBox {
  readonly width: number;
  readonly height: number;
  /** The value that is drawn at the top. */
  readonly greatest: number;
}

const GAP = 600_000; // ms, as for a track on the map: what was in between is not known

export function maximum(points: readonly SparkPoint[]): number {
  return Math.max(...points.map(({ value }) => value ?? 0), 1e-9);
}

/** Lines over the whole width and from zero up, broken by gaps; none for fewer than two points. */
export function sparkPaths(points: readonly SparkPoint[], { width, height, greatest }: SparkBox): string[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || first.time === last.time) return [];
  const place = ({ time, value }: KnownPoint): string => {
    const x = ((time - first.time) / (last.time - first.time)) * width;
    // A pixel of room above and below keeps the stroke whole.
    const y = height - 1 - (value / greatest) * (height - 2);
    return `${tenths(x)},${tenths(y)}`;
  };
  return runs(points).map((run) => `M${run.map(place).join("L")}`);
}

/** As toFixed(1), which takes several times as long. */
function tenths(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function runs(points: readonly SparkPoint[]): KnownPoint[][] {
  const found: KnownPoint[][] = [];
  let before: SparkPoint | null = null;
  for (const { time, value } of points) {
    if (value === null) before = null;
    else {
      const point = { time, value };
      if (before && time - before.time <= GAP) found.at(-1)?.push(point);
      else found.push([point]);
      before = point;
    }
  }
  return found.filter((run) => run.length > 1);
}
