import { Sparkline } from "../charts/Sparkline";
import type { SparkPoint } from "../charts/sparkPath";
import type { TrackPoint } from "../engine/types";
import { formatSpeed } from "../format/speed";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { t } from "../words/t";

/** The last hour of the selected device, drawn as a line on the map. */
export function TrackCard() {
  const track = useReadable(useEngine().track);
  if (track === null) return null;
  const speeds = speedPoints(track.points);
  return (
    <section className="card" aria-label={t("Track of the last hour")}>
      <header className="card-head">
        <h3>{t("Track, last hour")}</h3>
        <span className="muted number">{t("{{count, number}} positions", { count: track.points.length })}</span>
      </header>
      {track.error && <p className="problem">{track.error}</p>}
      {track.loading && <p className="muted">{t("Loading…")}</p>}
      {speeds.length > 1 && <Speeds speeds={speeds} />}
    </section>
  );
}

function Speeds({ speeds }: { readonly speeds: readonly SparkPoint[] }) {
  const greatest = formatSpeed(Math.max(...speeds.map(({ value }) => value)));
  return (
    <>
      <Sparkline points={speeds} label={t("Speed over the last hour, at most {{speed}}", { speed: greatest })} />
      <p className="muted">{t("Speed, at most {{speed}}", { speed: greatest })}</p>
    </>
  );
}

function speedPoints(points: readonly TrackPoint[]): SparkPoint[] {
  return points.flatMap(({ time, speed }) => (speed === undefined ? [] : { time, value: speed }));
}
