import { useMemo } from "react";
import { clock } from "../lib/clock";
import { useReadable, useReadablePart } from "../lib/useReadable";
import type { LivePosition } from "../live/position";
import type { Stats } from "../live/stats";
import { useEngine } from "./useEngine";

const OTHER = "other";

/** How many devices there are, by status and by kind. */
export type FleetCounts = Pick<Stats, "devices" | "by_status" | "by_kind">;

/** Of the time that the map shows: as the server counts them now, or of a replay what is on the map, once a second while
 * it plays. Null before anything is known. */
export function useFleetCounts(): FleetCounts | null {
  const { stats, replay } = useEngine();
  const now = useReadable(stats);
  const past = useReplayMoment();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the fleet is another one at another moment
  const counts = useMemo(
    () => (past === null ? null : countFleet(replay.fleet(), Object.keys(now?.by_kind ?? {}))),
    [past, replay],
  );
  return counts ?? now;
}

/** The same for how many they are in all. */
export function useFleetSize(): number | undefined {
  const { stats, replay } = useEngine();
  const now = useReadablePart(stats, (one) => one?.devices);
  return useReplayMoment() === null ? now : replay.fleetSize();
}

/** A value that changes once a second, and after each step of a paused replay; null while the map is live. */
export function useReplayMoment(): string | null {
  const { state } = useEngine().replay;
  const place = useReadablePart(state, (replay) => replay && (replay.playing ? "" : String(replay.time)));
  const second = useReadablePart(clock, (now) => (place === null ? 0 : now));
  return place === null ? null : `${second} ${place}`;
}

/** Whether the map shows a replay. */
export function useIsPast(): boolean {
  return useReadablePart(useEngine().replay.state, (replay) => replay !== null);
}

/** By the kinds that have names of their own, the rest together. */
export function countFleet(fleet: readonly LivePosition[], named: readonly string[]): FleetCounts {
  const by_status = { moving: 0, idle: 0, stopped: 0, stale: 0 };
  const by_kind: Record<string, number> = {};
  const known = new Set(named);
  for (const { status, kind } of fleet) {
    by_status[status] += 1;
    const group = kind && known.has(kind) ? kind : OTHER;
    by_kind[group] = (by_kind[group] ?? 0) + 1;
  }
  return { devices: fleet.length, by_status, by_kind };
}
