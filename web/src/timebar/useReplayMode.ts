import { useEngine } from "../engine/useEngine";
import type { TimeRange } from "../lib/timeRange";
import { useReadable } from "../lib/useReadable";
import type { ReplayState } from "../replay/replay";
import { presetRange } from "./historyRange";
import type { HistoryChoiceSetting } from "./useHistoryChoice";

export type Mode = "live" | "replay";

export interface ReplayMode {
  readonly replay: ReplayState | null;
  /** Whether the replay is of the chosen time; an address may have another one. */
  readonly matches: boolean;
  setMode(mode: Mode): void;
  /** Plays another time, if one is played. */
  playRange(range: TimeRange): void;
}

/** Which time the map shows. What is played is what was chosen, of which the history layer shows the hours, so that there
 * is one time to choose. */
export function useReplayMode({ wanted, renew }: HistoryChoiceSetting): ReplayMode {
  const engine = useEngine();
  const replay = useReadable(engine.replay.state);

  function begin(): void {
    const now = Date.now() + engine.connection.get().serverOffset;
    engine.replay.show(renew() ?? presetRange("1h", now));
  }
  return {
    replay,
    matches: !replay || replay.range.from === wanted?.from,
    setMode: (mode) => (mode === "replay" ? begin() : engine.replay.end()),
    playRange: (range) => {
      if (engine.replay.state.get()) engine.replay.show(range);
    },
  };
}
