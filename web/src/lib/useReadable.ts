import { useSyncExternalStore } from "react";
import type { Readable } from "./readable";

export function useReadable<T>(readable: Readable<T>): T {
  return useSyncExternalStore(readable.subscribe, readable.get);
}

/** A part of it, and no rendering for the sake of the rest; `select` must give the same value for the same state. */
export function useReadablePart<T, P extends string | number | boolean | null | undefined>(
  readable: Readable<T>,
  select: (value: T) => P,
): P {
  return useSyncExternalStore(readable.subscribe, () => select(readable.get()));
}
