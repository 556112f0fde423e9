import { type SparkPoint, sparkPath } from "./sparkPath";

interface SparklineProps {
  readonly points: readonly SparkPoint[];
  /** What a reader who does not see the line is told. */
  readonly label: string;
}

const WIDTH = 240;
const HEIGHT = 40;

export function Sparkline({ points, label }: SparklineProps) {
  const line = sparkPath(points, WIDTH, HEIGHT);
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {line !== "" && (
        <>
          <path className="sparkline-area" d={`${line}V${HEIGHT}H${firstX(line)}Z`} />
          <path className="sparkline-line" d={line} vectorEffect="non-scaling-stroke" />
        </>
      )}
    </svg>
  );
}

function firstX(line: string): string {
  return line.slice(1, line.indexOf(","));
}
