import { expect, test } from "vitest";
import { timelineGaps } from "./timelineGaps";

const RANGE = { from: 100, to: 200 };

test.each([
  ["nothing is stored", [], [[0, 1]]],
  ["all is stored", [{ from: 50, to: 250 }], []],
  [
    "the middle is missing",
    [
      { from: 100, to: 120 },
      { from: 150, to: 200 },
    ],
    [[0.2, 0.5]],
  ],
  [
    "both ends are missing",
    [{ from: 110, to: 190 }],
    [
      [0, 0.1],
      [0.9, 1],
    ],
  ],
  [
    "what is stored lies elsewhere",
    [
      { from: 0, to: 50 },
      { from: 300, to: 400 },
    ],
    [[0, 1]],
  ],
])("where %s that is where the gaps are", (_, stored, expected) => {
  expect(timelineGaps(RANGE, stored).map(({ from, to }) => [from, to])).toEqual(expected);
});

test("a range without length has no gaps", () => {
  expect(timelineGaps({ from: 5, to: 5 }, [])).toEqual([]);
});
