import type { Fields } from "../../lib/fields";
import { areNumbers, isNumber } from "../../lib/fields";
import type { Box } from "../../lib/place";

/** One of the history layer. */
export interface StoredPosition {
  readonly device_id: string;
  readonly time: number;
  readonly kind: string;
  readonly moving: boolean;
}

/** Stored positions that lie close together, at their mean place. */
export interface StoredCluster {
  readonly count: number;
  readonly byKind: ReadonlyMap<string, number>;
  /** Around all of them. */
  readonly box: Box;
}

/** What the history layer draws with one symbol. */
export type HistoryMark = StoredCluster | StoredPosition;

/** Which kinds count; the others are left out. */
export type KindTest = (kind: string) => boolean;

const KIND = "kind:";

export function isPosition(mark: HistoryMark): mark is StoredPosition {
  return "device_id" in mark;
}

/** The properties of a feature of the layer `positions`; null when they are neither of the two. */
export function readMark(fields: Fields): HistoryMark | null {
  return "count" in fields ? readCluster(fields) : readPosition(fields);
}

/** How many positions of the counted kinds a mark represents. */
export function countOfKinds(mark: HistoryMark, counts: KindTest): number {
  if (isPosition(mark)) return counts(mark.kind) ? 1 : 0;
  let sum = 0;
  for (const [kind, count] of mark.byKind) if (counts(kind)) sum += count;
  return sum;
}

function readCluster({ count, west, south, east, north, ...rest }: Fields): StoredCluster | null {
  if (!isNumber(count) || !areNumbers([west, south, east, north])) return null;
  const kinds = Object.entries(rest).filter((entry): entry is [string, number] => isNumber(entry[1]));
  const byKind = new Map(kinds.flatMap(([key, n]) => (key.startsWith(KIND) ? [[key.slice(KIND.length), n]] : [])));
  return { count, byKind, box: [west, south, east, north] as unknown as Box };
}

function readPosition({ device_id, time, kind, moving }: Fields): StoredPosition | null {
  if (typeof device_id !== "string" || typeof kind !== "string" || !isNumber(time)) return null;
  return { device_id, time, kind, moving: moving === true };
}
