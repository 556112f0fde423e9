import { Sparkline } from "../charts/Sparkline";
import type { SparkPoint } from "../charts/sparkPath";
import type { TrackPoint } from "../engine/types";
import { countOf } from "../format/count";
import { formatSpeed } from "../format/speed";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";

/** The last hour of the selected device, drawn as a line on the map. */
export function TrackCard() {
  const track = useReadable(useEngine().track);
  if (track === null) return null;
  const speeds = speedPoints(track.points);
  return (
    <section className="card" aria-label="Track of the last hour">
      <header className="card-head">
        <h3>Track, last hour</h3>
        <span className="muted number">{countOf(track.points.length, "position")}</span>
      </header>
      {track.error && <p className="problem">{track.error}</p>}
      {track.loading && <p className="muted">Loading…</p>}
      {speeds.length > 1 && <Speeds speeds={speeds} />}
    </section>
  );
}

function Speeds({ speeds }: { readonly speeds: readonly SparkPoint[] }) {
  const greatest = formatSpeed(Math.max(...speeds.map(({ value }) => value)));
  return (
    <>
      <Sparkline points={speeds} label={`Speed over the last hour, at most ${greatest}`} />
      <p className="muted">Speed, at most {greatest}</p>
    </>
  );
}

function speedPoints(points: readonly TrackPoint[]): SparkPoint[] {
  return points.flatMap(({ time, speed }) => (speed === undefined ? [] : { time, value: speed }));
}
