import { useCallback, useEffect, useEffectEvent, useState } from "react";
import type { Engine } from "../engine/engine";
import { useEngine } from "../engine/useEngine";
import type { TimeRange } from "../lib/timeRange";
import { readReplay } from "../replay/replayAddress";
import { type HistoryChoice, isPreset, layerRange, presetRange } from "./historyRange";

const FIRST_CHOICE = "1h";

// A smaller difference moves the range by nothing that shows.
const CLOCK_MILLISECONDS = 60_000;

export interface HistoryChoiceSetting {
  readonly choice: HistoryChoice;
  /** The range chosen last, which the layer shows to the hour; null when it shows nothing. */
  readonly wanted: TimeRange | null;
  /** Returns what to play then: of a custom time, once its form was filled in. */
  choose(choice: HistoryChoice): TimeRange | null;
  showCustom(range: TimeRange): void;
  /** Shows one that none of the choices is. */
  showOther(range: TimeRange): void;
  /** Moves a range that ends now up to now; returns what is wanted. */
  renew(): TimeRange | null;
  /** The same, and loads it again. */
  refresh(): void;
}

/** Which time was chosen, at first what the address has played, or the last hour. */
export function useHistoryChoice(): HistoryChoiceSetting {
  const engine = useEngine();
  const [played] = useState(() => readReplay(window.location.hash)?.range ?? null);
  const [choice, setChoice] = useState<HistoryChoice>(played ? "other" : FIRST_CHOICE);
  const [wanted, setWanted] = useState<TimeRange | null>(played);

  const show = useShow(engine, setWanted);
  const showRange = useCallback(
    (range: TimeRange): void => {
      setWanted(range);
      engine.showHistory(range);
    },
    [engine],
  );
  const choose = useCallback(
    (chosen: HistoryChoice): TimeRange | null => {
      setChoice(chosen);
      if (chosen !== "off") engine.setLayer("history", true);
      // The custom range is shown once its form was filled in; until then the last one stays.
      return show(chosen);
    },
    [engine, show],
  );
  const showOther = useCallback(
    (range: TimeRange): void => {
      setChoice("other");
      showRange(range);
      engine.setLayer("history", true);
    },
    [engine, showRange],
  );
  const renew = useCallback(() => (isPreset(choice) ? show(choice) : wanted), [choice, show, wanted]);
  const refresh = useCallback((): void => {
    if (isPreset(choice)) show(choice);
    else engine.refreshHistory();
  }, [choice, engine, show]);
  useFirstRange(engine, played, show);
  useOffsetChange(engine, () => show(choice));
  return { choice, wanted, choose, showCustom: showRange, showOther, renew, refresh };
}

/** Returns what shows a preset or nothing, and returns its range. The other choices it leaves as they are. */
function useShow(engine: Engine, setWanted: (range: TimeRange | null) => void) {
  return useCallback(
    (shown: HistoryChoice): TimeRange | null => {
      if (shown === "custom" || shown === "other") return null;
      const now = Date.now() + engine.connection.get().serverOffset;
      const range = shown === "off" ? null : presetRange(shown, now);
      engine.showHistory(shown === "off" ? null : layerRange(shown, now));
      setWanted(range);
      return range;
    },
    [engine, setWanted],
  );
}

function useFirstRange(engine: Engine, played: TimeRange | null, show: (choice: HistoryChoice) => void): void {
  useEffect(() => {
    if (played) engine.showHistory(played);
    else show(FIRST_CHOICE);
  }, [engine, played, show]);
}

/** The connection measures the clock offset of this browser: a range that ends now moves with it. */
function useOffsetChange(engine: Engine, onChange: () => void): void {
  const changed = useEffectEvent(onChange);
  useEffect(() => {
    let shownWith = engine.connection.get().serverOffset;
    return engine.connection.subscribe(() => {
      const { serverOffset } = engine.connection.get();
      if (Math.abs(serverOffset - shownWith) < CLOCK_MILLISECONDS) return;
      shownWith = serverOffset;
      changed();
    });
  }, [engine]);
}
