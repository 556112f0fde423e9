import { createContext, useContext } from "react";
import type { SparkPoint } from "../charts/sparkPath";
import type { Readable } from "../engine/types";
import { useReadable } from "./useReadable";

const NO_TRAIL: readonly SparkPoint[] = [];

export const RateTrailContext = createContext<Readable<readonly SparkPoint[]>>({
  get: () => NO_TRAIL,
  subscribe: () => () => {},
});

/** Accepted positions a second over the last two minutes. */
export function useRateTrail(): readonly SparkPoint[] {
  return useReadable(useContext(RateTrailContext));
}
