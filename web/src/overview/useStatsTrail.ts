import { createContext, useContext } from "react";
import type { Readable } from "../lib/readable";
import { useReadable } from "../lib/useReadable";
import type { TrailPoint } from "./statsTrail";

const NO_TRAIL: readonly TrailPoint[] = [];

export const StatsTrailContext = createContext<Readable<readonly TrailPoint[]>>({
  get: () => NO_TRAIL,
  subscribe: () => () => {},
});

/** The statistics of the last two minutes. */
export function useStatsTrail(): readonly TrailPoint[] {
  return useReadable(useContext(StatsTrailContext));
}
