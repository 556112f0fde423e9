import { memo } from "react";
import { maximum, type SparkPoint, sparkPaths } from "./sparkPath";

interface SparklineProps {
  readonly points: readonly SparkPoint[];
  /** On the same scale, dashed. */
  readonly dashed?: readonly SparkPoint[];
  /** The description for screen readers. */
  readonly label: string;
}

const NO_POINTS: readonly SparkPoint[] = [];
const WIDTH = 240;
const HEIGHT = 40;

export function Sparkline({ points, dashed = NO_POINTS, label }: SparklineProps) {
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <Lines points={points} dashed={dashed} />
    </svg>
  );
}

type LinesProps = Required<Pick<SparklineProps, "points" | "dashed">>;

/** Memoised: the points change once a second, the label twice. */
const Lines = memo(function Lines({ points, dashed }: LinesProps) {
  const box = { width: WIDTH, height: HEIGHT, greatest: Math.max(maximum(points), maximum(dashed)) };
  return (
    <>
      {sparkPaths(points, box).map((line) => (
        <g key={firstX(line)}>
          <path className="sparkline-area" d={`${line}V${HEIGHT}H${firstX(line)}Z`} />
          <path className="sparkline-line" d={line} vectorEffect="non-scaling-stroke" />
        </g>
      ))}
      {sparkPaths(dashed, box).map((line) => (
        <path key={firstX(line)} className="sparkline-dashed" d={line} vectorEffect="non-scaling-stroke" />
      ))}
    </>
  );
});

function firstX(line: string): string {
  return line.slice(1, line.indexOf(","));
}
