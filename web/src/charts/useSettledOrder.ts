import { useState } from "react";
import { type SettledOrder, settle } from "./settledOrder";

/** Sorts the marks into an order that changes at most once in two seconds, as of `now`. */
export function useSettledOrder<T extends { readonly key: string }>(wanted: readonly T[], now: number): readonly T[] {
  const [shown, setShown] = useState<SettledOrder>(() => ({ keys: wanted.map(({ key }) => key), since: now }));
  const settled = settle(
    shown,
    wanted.map(({ key }) => key),
    now,
  );
  if (settled !== shown) setShown(settled);
  const marks = new Map(wanted.map((mark) => [mark.key, mark]));
  return settled.keys.flatMap((key) => marks.get(key) ?? []);
}
