import { clock } from "../lib/clock";
import { useReadable, useReadablePart } from "../lib/useReadable";
import { useEngine } from "./useEngine";
import { useReplayMoment } from "./useFleetCounts";

/** The time of the browser, once a second. */
export function useNow(): number {
  return useReadable(clock);
}

/** The time that the map shows, once a second while it passes: that of the server, or of the play-head of a replay. */
export function useShownTime(): number {
  const { clock: playHead } = useEngine().replay;
  const past = useReplayMoment() !== null;
  const now = useServerNow();
  return past ? playHead.time() : now;
}

/** The time of the server, once a second: what the times of positions are compared with. */
export function useServerNow(): number {
  const serverOffset = useReadablePart(useEngine().connection, (connection) => connection.serverOffset);
  return useNow() + serverOffset;
}
