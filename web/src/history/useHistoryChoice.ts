import { useCallback, useEffect, useEffectEvent, useState } from "react";
import { readReplay } from "../engine/replayAddress";
import type { TimeRange } from "../engine/types";
import { useEngine } from "../hooks/useEngine";
import { type HistoryChoice, presetRange, wholeHours } from "./historyRange";

const FIRST_CHOICE = "1h";

/** What the circles are of at first: what the address has played, or the last hour. */
function firstChoice(): HistoryChoice {
  return readReplay(window.location.hash) ? "other" : FIRST_CHOICE;
}

// A smaller difference moves the range by nothing that shows.
const CLOCK_MILLISECONDS = 60_000;

export interface HistoryChoiceSetting {
  readonly choice: HistoryChoice;
  choose(choice: HistoryChoice): void;
  showCustom(range: TimeRange): void;
  /** Shows one that none of the choices is. */
  showOther(range: TimeRange): void;
  /** Moves a range that ends now up to now, and loads it again. */
  refresh(): void;
}

export function useHistoryChoice(): HistoryChoiceSetting {
  const engine = useEngine();
  const [choice, setChoice] = useState<HistoryChoice>(firstChoice);

  const show = useCallback(
    (wanted: HistoryChoice): void => {
      if (wanted === "custom" || wanted === "other") return;
      const now = Date.now() + engine.connection.get().serverOffset;
      engine.showHistory(wanted === "off" ? null : presetRange(wanted, now));
    },
    [engine],
  );
  const choose = useCallback(
    (wanted: HistoryChoice): void => {
      setChoice(wanted);
      // The custom range is shown once its form was filled in; until then the last one stays.
      show(wanted);
      if (wanted !== "off") engine.setLayer("history", true);
    },
    [engine, show],
  );
  const showCustom = useCallback((range: TimeRange) => engine.showHistory(range), [engine]);
  const showOther = useCallback(
    (range: TimeRange): void => {
      setChoice("other");
      engine.showHistory(range);
      engine.setLayer("history", true);
    },
    [engine],
  );
  const refresh = useCallback((): void => {
    if (choice === "custom" || choice === "other" || choice === "off") engine.refreshHistory();
    else show(choice);
  }, [choice, engine, show]);
  useEffect(() => {
    const played = readReplay(window.location.hash);
    if (played) engine.showHistory(wholeHours(played.range));
    else show(FIRST_CHOICE);
  }, [engine, show]);
  const showAgain = useEffectEvent(() => show(choice));
  useEffect(() => {
    // How wrong the clock of this browser is, only the connection tells: a range that ends now moves with it.
    let shownWith = engine.connection.get().serverOffset;
    return engine.connection.subscribe(() => {
      const { serverOffset } = engine.connection.get();
      if (Math.abs(serverOffset - shownWith) < CLOCK_MILLISECONDS) return;
      shownWith = serverOffset;
      showAgain();
    });
  }, [engine]);
  return { choice, choose, showCustom, showOther, refresh };
}
