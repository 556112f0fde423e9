/** Which blocks of history are fetched and evicted. Blocks have numbers in the order of time, levels 0 to 3. */

export const COARSEST = 3;
/** Prefetched blocks last for this much wall-clock time at the speed of the replay. */
export const PREFETCH_TIME = 20_000; // ms
const MOST_AHEAD = 24; // blocks
const LONGEST_STEP = 300_000; // ms
const STEPS = [1000, 10_000, 60_000, LONGEST_STEP]; // ms by level; of the first, how often devices report at most, mostly
const DOUBT = 4;

export interface BlockAt {
  readonly number: number;
  readonly level: number;
}

/** The coarsest level whose steps are invisible at a speed: 0, all fixes, while the replay is paused. */
export function levelFor(speed: number): number {
  if (speed <= 5) return 0;
  if (speed <= 100) return 1;
  return speed <= 1000 ? 2 : COARSEST;
}

/** The finest level of an hour that may fit into so many bytes, by the size of its coarsest. It is tried when it is not
 * sure: most devices report less often than the steps of a level are long. */
export function finestAffordableLevel(coarsest: number, most: number): number {
  const level = STEPS.findIndex((step) => (coarsest * LONGEST_STEP) / step <= DOUBT * most);
  return level < 0 ? COARSEST : level;
}

/** The block numbers needed at a time, the most urgent first: the shown one, the one before, the next ones. */
export function neededBlocks(time: number, length: number, speed: number): number[] {
  const number = Math.floor(time / length);
  const last = Math.floor((time + PREFETCH_TIME * speed) / length);
  const ahead = Math.max(1, Math.min(MOST_AHEAD, last - number));
  return [number, number - 1, ...Array.from({ length: ahead }, (_, i) => number + 1 + i)];
}

/** The block to fetch next, or null. `held` gives the level of a loaded block; `exists` whether the server has it. */
export function nextFetch(
  wanted: readonly number[],
  level: number,
  held: (number: number) => number | undefined,
  exists: (number: number) => boolean,
): BlockAt | null {
  for (const [place, number] of wanted.entries()) {
    if (!exists(number)) continue;
    const present = held(number);
    // Something to see at once, where there is nothing.
    if (place === 0 && present === undefined) return { number, level: COARSEST };
    if (present === undefined || present > level) return { number, level };
  }
  return null;
}

/** The blocks to evict so that at most `most` bytes stay: those farthest from the play-head, never its block and the
 * neighbours. */
export function blocksToEvict(
  held: ReadonlyMap<number, { readonly bytes: number }>,
  head: number,
  most: number,
): number[] {
  let bytes = [...held.values()].reduce((sum, one) => sum + one.bytes, 0);
  const farthestFirst = [...held.keys()].sort((a, b) => Math.abs(b - head) - Math.abs(a - head) || a - b);
  const evicted: number[] = [];
  for (const number of farthestFirst) {
    if (bytes <= most || Math.abs(number - head) <= 1) break;
    bytes -= held.get(number)?.bytes ?? 0;
    evicted.push(number);
  }
  return evicted;
}
