import { formatTime } from "../format/time";
import { t } from "../i18n/t";
import type { StatsPoint } from "./statsHistory";

const STEP = 10_000; // ms

interface TrailColumn {
  readonly name: string;
  write(point: StatsPoint): string;
}

interface StatsHistoryTableProps {
  readonly caption: string;
  readonly trail: readonly StatsPoint[];
  readonly columns: readonly TrailColumn[];
}

/** The last moment of every ten seconds, the newest first. */
export function StatsHistoryTable({ caption, trail, columns }: StatsHistoryTableProps) {
  const newest = trail.at(-1)?.time ?? 0;
  return (
    <table className="mark-table">
      <caption className="hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t("Time")}</th>
          {columns.map(({ name }) => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {lastOfEach(trail)
          .toReversed()
          .map((point) => (
            <tr key={Math.floor(point.time / STEP)}>
              <th scope="row">{formatTime(point.time, newest)}</th>
              {columns.map(({ name, write }) => (
                <td key={name} className="number">
                  {write(point)}
                </td>
              ))}
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function lastOfEach(trail: readonly StatsPoint[]): StatsPoint[] {
  return trail.filter(({ time }, i) => {
    const next = trail[i + 1];
    return next === undefined || Math.floor(next.time / STEP) !== Math.floor(time / STEP);
  });
}
