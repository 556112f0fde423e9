import type { Status } from "../live/position";

/** What is not dimmed on the map; null means all. Kinds are those of `Stats.by_kind`, `other` included. */
export interface MapFilter {
  readonly statuses: ReadonlySet<Status> | null;
  readonly kinds: ReadonlySet<string> | null;
}
