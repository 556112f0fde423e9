import { formatMinute } from "../../format/time";
import { t } from "../../i18n/t";
import type { ReplayState } from "../../replay/replay";
import { timelineGaps } from "./timelineGaps";

const STEP = 10_000; // ms

interface TimelineProps {
  readonly replay: ReplayState;
  readonly now: number;
  /** The time of the play-head. */
  readonly words: string;
  onSeek(time: number): void;
}

/** The range that is played, with its play-head; hatched where nothing is stored. */
export function Timeline({ replay, now, words, onSeek }: TimelineProps) {
  const { range, time, stored } = replay;
  const done = (100 * (time - range.from)) / Math.max(1, range.to - range.from);
  return (
    <div className="timeline">
      <div className="timeline-line" aria-hidden="true">
        <div className="timeline-done" style={{ width: `${done}%` }} />
        {stored &&
          timelineGaps(range, stored).map(({ from, to }) => (
            <div
              key={from}
              className="timeline-gap"
              title={t("No stored positions here")}
              style={{ left: `${100 * from}%`, width: `${100 * (to - from)}%` }}
            />
          ))}
      </div>
      <input
        type="range"
        aria-label={t("Visible time")}
        aria-valuetext={words}
        min={range.from}
        max={range.to}
        step={STEP}
        value={time}
        onChange={(event) => onSeek(Number(event.target.value))}
      />
      <p className="timeline-ends number muted" aria-hidden="true">
        <span>{formatMinute(range.from, now)}</span>
        <span>{formatMinute(range.to, now)}</span>
      </p>
    </div>
  );
}
