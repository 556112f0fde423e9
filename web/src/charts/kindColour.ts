import { OTHER } from "./slices";

// The order of the tokens --kind-1 … --kind-7 in tokens.css; --kind-8 is for what is no kind.
const KINDS = ["bus", "car", "bicycle", "truck", "person", "van", "ship", "phone", "aircraft"];
const COLOURS = 7;

/** A colour for each of these kinds: no two the same, and a kind keeps its own wherever that is possible. */
export function kindColours(kinds: readonly string[]): ReadonlyMap<string, string> {
  const numbers = kindColourNumbers(kinds);
  const colours = [...numbers].map(([kind, number]): [string, string] => [kind, `var(--kind-${number + 1})`]);
  return new Map([...colours, [OTHER, `var(--kind-${COLOURS + 1})`]]);
}

/** The same as numbers from 0; without `other`, which has the last. */
export function kindColourNumbers(kinds: readonly string[]): ReadonlyMap<string, number> {
  const taken = new Map<number, string>();
  const byPreference = kinds.filter((kind) => kind !== OTHER).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  for (const kind of byPreference) taken.set(freeColour(preferred(kind), taken), kind);
  return new Map([...taken].map(([number, kind]) => [kind, number]));
}

function rank(kind: string): number {
  const known = KINDS.indexOf(kind);
  return known < 0 ? KINDS.length : known;
}

function preferred(kind: string): number {
  return (KINDS.includes(kind) ? rank(kind) : digest(kind)) % COLOURS;
}

function freeColour(wanted: number, taken: ReadonlyMap<number, string>): number {
  for (let step = 0; step < COLOURS; step += 1) {
    const index = (wanted + step) % COLOURS;
    if (!taken.has(index)) return index;
  }
  return wanted;
}

function digest(text: string): number {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return sum;
}
