import { useMemo } from "react";
import { ChartCard } from "../charts/ChartCard";
import { TimeSeries } from "../charts/TimeSeries";
import { useEngine } from "../engine/useEngine";
import { useServerNow } from "../engine/useNow";
import { formatSpeed } from "../format/speed";
import { formatMinute } from "../format/time";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import { DerivedNote } from "./DerivedNote";
import { SpeedTable } from "./SpeedTable";
import { speedSeries } from "./speedSeries";

/** The speed of the selected device in the hour that is played, with the play-head, which a moment takes to its time. */
export function ReplaySpeedCard() {
  const { replay } = useEngine();
  const fixes = useReadable(replay.track);
  const now = useServerNow();
  const { moments, known, derived } = useMemo(() => speedSeries(fixes), [fixes]);
  const title = t("Speed in the replayed hour");
  return (
    <ChartCard title={title} table={<SpeedTable caption={title} moments={moments} now={now} />}>
      {known > 1 ? (
        <TimeSeries
          title={title}
          moments={moments}
          write={formatSpeed}
          writeTime={(time) => formatMinute(time, now)}
          head={replay.clock.time}
          onChoose={({ time }) => replay.seek(time)}
        />
      ) : (
        <p className="muted">{t("No speeds in this hour.")}</p>
      )}
      {derived && <DerivedNote />}
    </ChartCard>
  );
}
