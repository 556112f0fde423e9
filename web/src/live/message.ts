import type { PositionColumns } from "./positionColumns";
import type { Stats } from "./stats";

/** A message of the server, checked when it is decoded so that all other code may trust it. */
export type Message =
  | {
      readonly type: "snapshot" | "update";
      /** The `id` of the view that is answered, 0 for none. */
      readonly view: number;
      readonly epoch: string | null;
      readonly seq: number | null;
      readonly time: number | null;
      readonly positions: PositionColumns;
      readonly garbled: number;
    }
  | { readonly type: "stats"; readonly time: number | null; readonly stats: Stats }
  | { readonly type: "ping"; readonly time: number | null; readonly seq: number | null }
  | { readonly type: "error"; readonly detail: string }
  /** A type that a newer server sends and this client does not know. */
  | { readonly type: "unknown" };
