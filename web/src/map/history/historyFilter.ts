import type { MapFilter } from "../../fleet/mapFilter";
import type { KindTest } from "./historyMark";

const OTHER = "other"; // what stats call all kinds that they do not name

export interface HistoryFilter {
  /** One that the server filters by. */
  readonly kind: string | null;
  /** Which kinds count in what it answers. */
  readonly counts: KindTest;
  /** Another one when `counts` is. */
  readonly key: string;
}

/** What of the filter of the map holds for the past: the kind, as no status lasts. `named` are the kinds that stats
 * name. */
export function historyFilter(kinds: MapFilter["kinds"], named: readonly string[]): HistoryFilter {
  if (!kinds) return { kind: null, counts: () => true, key: "" };
  const others = kinds.has(OTHER);
  const [only = null] = kinds.size === 1 && !others ? kinds : [];
  return {
    kind: only,
    counts: (kind) => kinds.has(kind) || (others && !named.includes(kind)),
    key: [...kinds, "", ...(others ? named : [])].join("/"),
  };
}
