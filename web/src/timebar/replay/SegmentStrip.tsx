import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type MouseEvent, memo, useState } from "react";
import { fetchTrips, type TripSegment } from "../../api/trips";
import { formatCount } from "../../format/count";
import { segmentName } from "../../format/segmentName";
import { formatMinute } from "../../format/time";
import { t } from "../../i18n/t";
import type { TimeRange } from "../../lib/timeRange";
import type { ReplayState } from "../../replay/replay";
import { QueryProblem } from "../../ui/QueryProblem";
import { markAfter, markAt, markPath } from "./segmentMarks";

const REFRESH = 60_000; // ms
const HEIGHT = 4; // of a trip; a stop is half as high

interface SegmentStripProps {
  readonly deviceId: string;
  readonly replay: ReplayState;
  readonly now: number;
  onSeek(time: number): void;
}

/** When a device moved and when it stood, along the time line; a click or arrow keys lead to where each began. */
export function SegmentStrip({ deviceId, replay: { range, time }, now, onSeek }: SegmentStripProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const query = useTrips(deviceId, range);
  const { data: pieces = [] } = query;
  const words = wordsOf(pieces, pointed ?? time, now);
  function press(event: KeyboardEvent): void {
    const reached = markAfter(event.key, pieces, time);
    if (!reached) return;
    event.preventDefault();
    event.stopPropagation();
    onSeek(reached.start);
  }
  return (
    <div className="pieces-strip">
      <QueryProblem query={query} what={t("Trips and stops")} />
      <div
        className="pieces-line"
        role="slider"
        tabIndex={0}
        aria-label={t("Trips and stops of {{device}}", { device: deviceId })}
        aria-valuemin={0}
        aria-valuemax={pieces.length}
        aria-valuenow={pieces.filter(({ start }) => start <= time).length}
        aria-valuetext={wordsOf(pieces, time, now)}
        onKeyDown={press}
        onPointerMove={(event) => setPointed(timeAt(event, range))}
        onPointerLeave={() => setPointed(null)}
        onClick={(event) => {
          const hit = markAt(pieces, timeAt(event, range));
          if (hit) onSeek(hit.start);
        }}
      >
        <Marks pieces={pieces} from={range.from} to={range.to} />
      </div>
      <p className="muted number" aria-hidden="true">
        {query.isPending ? t("Loading…") : words}
      </p>
    </div>
  );
}

function useTrips(deviceId: string, range: TimeRange) {
  return useQuery({
    queryKey: ["trips", deviceId, range.from, range.to],
    queryFn: ({ signal }) => fetchTrips(deviceId, range, signal),
    refetchInterval: REFRESH,
    gcTime: 10_000,
  });
}

/** For the eye alone. */
const Marks = memo(function Marks({ pieces, from, to }: { readonly pieces: readonly TripSegment[] } & TimeRange) {
  const path = (type: TripSegment["type"], height: number) =>
    markPath(
      pieces.filter((piece) => piece.type === type),
      { from, to },
      height,
    );
  return (
    <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path className="piece-trip" d={path("trip", HEIGHT)} />
      <path className="piece-stop" d={path("stop", HEIGHT / 2)} />
    </svg>
  );
});

function wordsOf(pieces: readonly TripSegment[], time: number, now: number): string {
  if (pieces.length === 0) return t("No trips or stops in this period");
  const piece = markAt(pieces, time);
  if (!piece) {
    const [trips, stops] = [countOf(pieces, "trip"), countOf(pieces, "stop")];
    const at = formatMinute(time, now);
    return t("{{time}}: neither · trips: {{trips}} · stops: {{stops}}", { time: at, trips, stops });
  }
  return `${segmentName(piece)} · ${formatMinute(piece.start, now)} – ${formatMinute(piece.end, now)}`;
}

function countOf(pieces: readonly TripSegment[], type: TripSegment["type"]): string {
  return formatCount(pieces.filter((piece) => piece.type === type).length);
}

function timeAt({ clientX, currentTarget }: MouseEvent, { from, to }: TimeRange): number {
  const { left, width } = currentTarget.getBoundingClientRect();
  return from + ((clientX - left) / Math.max(1, width)) * (to - from);
}
