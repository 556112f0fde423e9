/** Rows that change places under the eye cannot be read: an order holds at least this long. */
export const HOLD_MILLISECONDS = 2000;

export interface StableOrder {
  readonly keys: readonly string[];
  readonly since: number;
}

/** The order to show now: the wanted one when the shown one has held long enough or cannot be kept. */
export function stabilise(shown: StableOrder, desired: readonly string[], now: number): StableOrder {
  const same = desired.length === shown.keys.length && desired.every((key, i) => key === shown.keys[i]);
  if (same) return shown;
  if (now - shown.since >= HOLD_MILLISECONDS || !sameMembers(shown.keys, desired)) {
    return { keys: desired, since: now };
  }
  return shown;
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  const members = new Set(a);
  return a.length === b.length && b.every((key) => members.has(key));
}
