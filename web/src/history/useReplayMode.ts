import type { ReplayState } from "../engine/replay";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { presetRange } from "./historyRange";

export type Mode = "live" | "replay";

export interface ReplayMode {
  readonly replay: ReplayState | null;
  /** What is played, if anything, is of the time that was chosen; an address may have asked for another one. */
  readonly matches: boolean;
  setMode(mode: Mode): void;
  /** Plays the time that was chosen, if one is played. */
  playRange(): void;
}

/** Which time the map shows. What is played is what the history layer shows, so that there is one time to choose. */
export function useReplayMode(): ReplayMode {
  const engine = useEngine();
  const replay = useReadable(engine.replay.state);
  const chosen = useReadable(engine.history).range;

  function show(): void {
    const now = Date.now() + engine.connection.get().serverOffset;
    engine.replay.show(engine.history.get().range ?? presetRange("1h", now));
  }
  return {
    replay,
    matches: !replay || replay.range.from === chosen?.from,
    setMode: (mode) => (mode === "replay" ? show() : engine.replay.end()),
    playRange: () => {
      if (engine.replay.state.get()) show();
    },
  };
}
