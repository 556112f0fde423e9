import { useMemo } from "react";
import { ChartCard } from "../charts/ChartCard";
import { TimeSeries } from "../charts/TimeSeries";
import type { Moment } from "../charts/timeSeries";
import { useEngine } from "../engine/useEngine";
import { useServerNow } from "../engine/useNow";
import { formatSpeed } from "../format/speed";
import { formatMinute, formatTime } from "../format/time";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import type { TrackState } from "../map/track/trackState";
import { DerivedNote } from "./DerivedNote";
import { SpeedTable } from "./SpeedTable";
import { speedSeries } from "./speedSeries";

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
  const { moments, known, derived } = useMemo(() => speedSeries(points), [points]);
  const short = (moments.at(-1)?.time ?? 0) - (moments[0]?.time ?? 0) < SHORT;
  const placeAt = ({ time }: Moment) => points.find((point) => point.time === time) ?? null;
  const greatest = moments.reduce((most, { value }) => Math.max(most, value ?? 0), 0);
  return (
    <ChartCard
      title={t("Speed, last hour")}
      table={<SpeedTable caption={t("Speed, last hour")} moments={moments} now={now} />}
    >
      <p className="muted number">{t("{{count, number}} positions", { count: points.length })}</p>
      {track.error && <p className="problem">{track.error}</p>}
      {track.loading && <p className="muted">{t("Loading…")}</p>}
      {known > 1 && (
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
      {derived && <DerivedNote />}
    </ChartCard>
  );
}
