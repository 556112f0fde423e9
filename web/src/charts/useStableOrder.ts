import { useState } from "react";
import { type StableOrder, stabilise } from "./stableOrder";

/** Sorts the marks into an order that changes at most once in two seconds, as of `now`. */
export function useStableOrder<T extends { readonly key: string }>(wanted: readonly T[], now: number): readonly T[] {
  const [shown, setShown] = useState<StableOrder>(() => ({ keys: wanted.map(({ key }) => key), since: now }));
  const settled = stabilise(
    shown,
    wanted.map(({ key }) => key),
    now,
  );
  if (settled !== shown) setShown(settled);
  const marks = new Map(wanted.map((mark) => [mark.key, mark]));
  return settled.keys.flatMap((key) => marks.get(key) ?? []);
}
