import { expect, test } from "vitest";
import { REPLAY_SPEEDS } from "./replay";
import { blocksToEvict, finestAffordableLevel, levelFor, neededBlocks, nextFetch, PREFETCH_TIME } from "./replayPlan";

const HOUR = 3_600_000;

test("the faster it is played, the coarser what is played; standing, all that is known", () => {
  const levels = [0, ...REPLAY_SPEEDS].map(levelFor);
  expect(levels).toEqual([...levels].sort());
  expect(levels[0]).toBe(0);
  expect(levels.at(-1)).toBe(3);
});

test.each([0, ...REPLAY_SPEEDS])("at a speed of %d what is wanted lasts for the runway, the shown first", (speed) => {
  const time = 100.9 * HOUR;
  const wanted = neededBlocks(time, HOUR, speed);
  expect(wanted.slice(0, 3)).toEqual([100, 99, 101]);
  expect(new Set(wanted).size).toBe(wanted.length);
  expect(Math.max(...wanted)).toBe(Math.max(101, Math.floor((time + PREFETCH_TIME * speed) / HOUR)));
});

test("where nothing is there the coarsest comes first, then what is wanted, then the neighbours", () => {
  const held = new Map<number, number>();
  const order: string[] = [];
  for (;;) {
    const next = nextFetch(
      [5, 4, 6, 7],
      1,
      (number) => held.get(number),
      (number) => number !== 6,
    );
    if (!next) break;
    order.push(`${next.number}/${next.level}`);
    held.set(next.number, next.level);
  }
  expect(order).toEqual(["5/3", "5/1", "4/1", "7/1"]);
});

test("what is held in more detail than wanted is not fetched again", () => {
  expect(
    nextFetch(
      [5],
      3,
      () => 0,
      () => true,
    ),
  ).toBeNull();
});

test("so much goes, the farthest first, that the rest fits, but never the play-head and its neighbours", () => {
  const held = new Map([1, 3, 4, 5, 6, 9, 30].map((number) => [number, { bytes: 10 }]));
  expect(blocksToEvict(held, 5, 70)).toEqual([]);
  expect(blocksToEvict(held, 5, 50)).toEqual([30, 1]);
  expect(blocksToEvict(held, 5, 0)).toEqual([30, 1, 9, 3]);
});

test("a level that cannot fit by the size of the coarsest is not tried", () => {
  const most = 32 * 2 ** 20;
  const coarsest = (devices: number) => devices * 12 * 16;
  expect(finestAffordableLevel(coarsest(620), most)).toBe(0);
  expect(finestAffordableLevel(coarsest(10_000), most)).toBe(1);
  expect(finestAffordableLevel(coarsest(100_000), most)).toBe(2);
  expect(finestAffordableLevel(coarsest(10_000_000), most)).toBe(3);
});
