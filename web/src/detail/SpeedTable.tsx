import { downsample, type Moment } from "../charts/timeSeries";
import { formatSpeed } from "../format/speed";
import { formatTime } from "../format/time";
import { t } from "../i18n/t";

const MOST_ROWS = 60;

interface SpeedTableProps {
  readonly caption: string;
  readonly moments: readonly Moment[];
  readonly now: number;
}

/** So many of the moments, the newest first. */
export function SpeedTable({ caption, moments, now }: SpeedTableProps) {
  const known = moments.flatMap(({ time, value }) => (value === null ? [] : { time, value }));
  return (
    <div className="table-frame">
      <table className="mark-table">
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{t("Time")}</th>
            <th scope="col" className="number">
              {t("Speed")}
            </th>
          </tr>
        </thead>
        <tbody>
          {downsample(known, MOST_ROWS)
            .toReversed()
            .map(({ time, value }) => (
              <tr key={time}>
                <th scope="row">{formatTime(time, now)}</th>
                <td className="number">{formatSpeed(value ?? undefined)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
