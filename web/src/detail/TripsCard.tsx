import { useQuery } from "@tanstack/react-query";
import { CircleStop, Route } from "lucide-react";
import { useState } from "react";
import type { TripSegment } from "../api/trips";
import { fetchTrips } from "../api/trips";
import { useEngine } from "../engine/useEngine";
import { useServerNow } from "../engine/useNow";
import { formatDistance } from "../format/distance";
import { formatDuration } from "../format/duration";
import { segmentName } from "../format/segmentName";
import { formatSpeed } from "../format/speed";
import { formatMinute } from "../format/time";
import { t } from "../i18n/t";
import type { Place } from "../lib/place";
import { QueryProblem } from "../ui/QueryProblem";

const SPAN = 86_400_000; // ms
const AHEAD = 120_000; // ms; clocks of devices may be a little fast
const REFRESH_MILLISECONDS = 60_000;
const FIRST = 6; // shown before "more"

/** What the device did in the last day, newest first; each leads to its place on the map. */
export function TripsCard({ deviceId }: { readonly deviceId: string }) {
  const now = useServerNow();
  const [all, setAll] = useState(false);
  const query = useQuery({
    queryKey: ["trips", deviceId],
    queryFn: ({ signal }) => fetchTrips(deviceId, { from: now - SPAN, to: now + AHEAD }, signal),
    refetchInterval: REFRESH_MILLISECONDS,
    gcTime: 10_000,
  });
  const pieces = [...(query.data ?? [])].reverse();
  const shown = all ? pieces : pieces.slice(0, FIRST);
  return (
    <section className="card" aria-labelledby="trips-title">
      <header className="card-head">
        <h3 id="trips-title">{t("Trips and stops, last 24 hours")}</h3>
        <span className="muted number">{query.data && sums(query.data)}</span>
      </header>
      <QueryProblem query={query} what={t("Trips and stops")} />
      {query.isPending && <p className="muted">{t("Loading…")}</p>}
      {query.data?.length === 0 && <p className="muted">{t("No trips yet. Updated about once a minute.")}</p>}
      <ol className="pieces">
        {shown.map((segment) => (
          <SegmentRow key={`${segment.type} ${segment.start}`} segment={segment} now={now} />
        ))}
      </ol>
      {shown.length < pieces.length && (
        <button type="button" className="button" onClick={() => setAll(true)}>
          {t("Show all {{count, number}}", { count: pieces.length })}
        </button>
      )}
    </section>
  );
}

function sums(pieces: readonly TripSegment[]): string {
  return formatDistance(pieces.reduce((sum, segment) => sum + (segment.type === "trip" ? segment.distance : 0), 0));
}

function SegmentRow({ segment, now }: { readonly segment: TripSegment; readonly now: number }) {
  const engine = useEngine();
  const isTrip = segment.type === "trip";
  const Icon = isTrip ? Route : CircleStop;
  return (
    <li>
      <button type="button" className="piece" onClick={() => engine.flyTo(placeOf(segment))}>
        <Icon aria-hidden />
        <span>
          <span className="piece-name">{segmentName(segment)}</span>
          <span className="muted">
            {formatMinute(segment.start, now)} – {formatMinute(segment.end, now)}
          </span>
        </span>
        <span className="number piece-figures">
          <span>{formatDuration(segment.end - segment.start)}</span>
          {isTrip && <span className="muted">{t("mean {{speed}}", { speed: formatSpeed(segment.mean_speed) })}</span>}
        </span>
      </button>
    </li>
  );
}

/** Where it stood, or where it arrived. */
function placeOf(segment: TripSegment): Place {
  if (segment.type === "stop") return { longitude: segment.longitude, latitude: segment.latitude };
  const [longitude, latitude] = segment.to;
  return { longitude, latitude };
}
