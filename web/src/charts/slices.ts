/** One mark of a chart. */
export interface Share {
  readonly key: string;
  readonly value: number;
}

/** A share of the donut in hundredths of its length: `start` to `start + length`. */
export interface Slice extends Share {
  readonly start: number;
  readonly length: number;
}

export const OTHER = "other";
const MOST_SLICES = 6;

/** Keeps the greatest and adds the rest up as `other`, so that no more than six are left. Order is kept. */
export function fold(shares: readonly Share[], most = MOST_SLICES): Share[] {
  const named = shares.filter(({ key, value }) => key !== OTHER && value > 0);
  const given = sum(shares.filter(({ key }) => key === OTHER));
  const room = given > 0 || named.length > most ? most - 1 : most;
  const kept = new Set([...named].sort((a, b) => b.value - a.value).slice(0, room));
  const rest = given + sum(named.filter((share) => !kept.has(share)));
  const folded = named.filter((share) => kept.has(share));
  return rest > 0 ? [...folded, { key: OTHER, value: rest }] : folded;
}

/** The kinds that keep a mark of their own, by name, and `other` where there are more. */
export function foldedKinds(counts: Readonly<Record<string, number>>): string[] {
  const shares = Object.entries(counts).map(([key, value]) => ({ key, value }));
  return fold(shares)
    .map(({ key }) => key)
    .sort();
}

/** Lays the shares end to end; their lengths sum to 100 unless nothing is there. */
export function slices(shares: readonly Share[]): Slice[] {
  const total = sum(shares);
  let start = 0;
  return shares.map((share) => {
    const slice = { ...share, start, length: total === 0 ? 0 : (share.value / total) * 100 };
    start += slice.length;
    return slice;
  });
}

function sum(shares: readonly Share[]): number {
  return shares.reduce((total, { value }) => total + value, 0);
}
