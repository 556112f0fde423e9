/** Rows that change places under the eye cannot be read: an order holds at least this long. */
export const HOLD_MILLISECONDS = 2000;

export interface SettledOrder {
  readonly keys: readonly string[];
  readonly since: number;
}

/** The order to show now: the wanted one when the shown one has held long enough or cannot be kept. */
export function settle(shown: SettledOrder, wanted: readonly string[], now: number): SettledOrder {
  const same = wanted.length === shown.keys.length && wanted.every((key, i) => key === shown.keys[i]);
  if (same) return shown;
  if (now - shown.since >= HOLD_MILLISECONDS || !sameMembers(shown.keys, wanted)) {
    return { keys: wanted, since: now };
  }
  return shown;
}

function sameMembers(a: readonly string[], b: readonly string[]): boolean {
  const members = new Set(a);
  return a.length === b.length && b.every((key) => members.has(key));
}
