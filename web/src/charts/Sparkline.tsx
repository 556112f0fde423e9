import { type SparkPoint, sparkPaths } from "./sparkPath";

interface SparklineProps {
  readonly points: readonly SparkPoint[];
  /** What a reader who does not see the line is told. */
  readonly label: string;
}

const WIDTH = 240;
const HEIGHT = 40;

export function Sparkline({ points, label }: SparklineProps) {
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {sparkPaths(points, WIDTH, HEIGHT).map((line) => (
        <g key={firstX(line)}>
          <path className="sparkline-area" d={`${line}V${HEIGHT}H${firstX(line)}Z`} />
          <path className="sparkline-line" d={line} vectorEffect="non-scaling-stroke" />
        </g>
      ))}
    </svg>
  );
}

function firstX(line: string): string {
  return line.slice(1, line.indexOf(","));
}
