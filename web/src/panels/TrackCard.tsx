import { useMemo } from "react";
import { TimeSeries } from "../charts/TimeSeries";
import { type Moment, thinned, withGaps } from "../charts/timeSeries";
import type { TrackPoint, TrackState } from "../engine/types";
import { formatSpeed } from "../format/speed";
import { formatMinute, formatTime } from "../format/time";
import { useEngine } from "../hooks/useEngine";
import { useServerNow } from "../hooks/useNow";
import { useReadable } from "../hooks/useReadable";
import { t } from "../words/t";
import { ChartCard } from "./ChartCard";

const MOST_MOMENTS = 600; // more than a panel is wide
const MOST_ROWS = 60;
const SHORT = 600_000; // ms: within it minutes would repeat

/** The last hour of the selected device, drawn as a line on the map: its speed, whose moments lead to their places. */
export function TrackCard() {
  const track = useReadable(useEngine().track);
  if (track === null) return null;
  return <Speeds track={track} />;
}

function Speeds({ track }: { readonly track: TrackState }) {
  const engine = useEngine();
  const now = useServerNow();
  const { points } = track;
  const moments = useMemo(() => thinned(withGaps(speedsOf(points)), MOST_MOMENTS), [points]);
  const short = (moments.at(-1)?.time ?? 0) - (moments[0]?.time ?? 0) < SHORT;
  const placeAt = ({ time }: Moment) => points.find((point) => point.time === time) ?? null;
  const greatest = moments.reduce((most, { value }) => Math.max(most, value ?? 0), 0);
  return (
    <ChartCard title={t("Speed, last hour")} table={<SpeedTable moments={moments} now={now} />}>
      <p className="muted number">{t("{{count, number}} positions", { count: points.length })}</p>
      {track.error && <p className="problem">{track.error}</p>}
      {track.loading && <p className="muted">{t("Loading…")}</p>}
      {moments.length > 1 && (
        <TimeSeries
          title={t("Speed over the last hour, at most {{speed}}", { speed: formatSpeed(greatest) })}
          moments={moments}
          write={formatSpeed}
          writeTime={(time) => (short ? formatTime : formatMinute)(time, now)}
          onPoint={(moment) => engine.point(moment && placeAt(moment))}
          onChoose={(moment) => {
            const place = placeAt(moment);
            if (place) engine.flyTo(place);
          }}
        />
      )}
    </ChartCard>
  );
}

/** So many of the moments, the newest first. */
function SpeedTable({ moments, now }: { readonly moments: readonly Moment[]; readonly now: number }) {
  const known = moments.flatMap(({ time, value }) => (value === null ? [] : { time, value }));
  return (
    <div className="table-frame">
      <table className="mark-table">
        <caption className="hidden">{t("Speed, last hour")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("Time")}</th>
            <th scope="col" className="number">
              {t("Speed")}
            </th>
          </tr>
        </thead>
        <tbody>
          {thinned(known, MOST_ROWS)
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

function speedsOf(points: readonly TrackPoint[]): Moment[] {
  return points.flatMap(({ time, speed }) => (speed === undefined ? [] : { time, value: speed }));
}
