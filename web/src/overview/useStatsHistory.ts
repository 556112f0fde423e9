import { createContext, useContext } from "react";
import type { Readable } from "../lib/readable";
import { useReadable } from "../lib/useReadable";
import type { StatsPoint } from "./statsHistory";

const NO_TRAIL: readonly StatsPoint[] = [];

export const StatsHistoryContext = createContext<Readable<readonly StatsPoint[]>>({
  get: () => NO_TRAIL,
  subscribe: () => () => {},
});

/** The statistics of the last two minutes. */
export function useStatsHistory(): readonly StatsPoint[] {
  return useReadable(useContext(StatsHistoryContext));
}
