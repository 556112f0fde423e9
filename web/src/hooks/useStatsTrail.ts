import { createContext, useContext } from "react";
import type { TrailPoint } from "../charts/statsTrail";
import type { Readable } from "../engine/types";
import { useReadable } from "./useReadable";

const NO_TRAIL: readonly TrailPoint[] = [];

export const StatsTrailContext = createContext<Readable<readonly TrailPoint[]>>({
  get: () => NO_TRAIL,
  subscribe: () => () => {},
});

/** The statistics of the last two minutes. */
export function useStatsTrail(): readonly TrailPoint[] {
  return useReadable(useContext(StatsTrailContext));
}
