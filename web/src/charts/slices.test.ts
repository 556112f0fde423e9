import { describe, expect, test } from "vitest";
import { fold, OTHER, slices } from "./slices";

const shares = (...values: number[]) => values.map((value, index) => ({ key: `k${index}`, value }));

describe("slices", () => {
  test("their lengths sum to 100 and each starts where the one before ends", () => {
    const ring = slices(shares(401, 32, 150, 37));
    expect(ring.reduce((sum, { length }) => sum + length, 0)).toBeCloseTo(100);
    for (const [index, slice] of ring.entries()) {
      const before = ring[index - 1];
      expect(slice.start).toBeCloseTo(before ? before.start + before.length : 0);
    }
  });

  test("an empty fleet has no lengths, and no division by nothing", () => {
    expect(slices(shares(0, 0)).map(({ length }) => length)).toEqual([0, 0]);
  });
});

describe("fold", () => {
  test("keeps six as they are", () => {
    expect(fold(shares(6, 5, 4, 3, 2, 1))).toHaveLength(6);
  });

  test("folds more than six into the five greatest and other, and loses no device", () => {
    const folded = fold(shares(10, 60, 20, 50, 30, 40, 5));
    expect(folded.map(({ key }) => key)).toEqual(["k1", "k2", "k3", "k4", "k5", OTHER]);
    expect(folded.at(-1)?.value).toBe(15);
  });

  test("adds what the server already folded to what is folded here", () => {
    const folded = fold([...shares(6, 5, 4, 3, 2, 1), { key: OTHER, value: 10 }]);
    expect(folded).toHaveLength(6);
    expect(folded.at(-1)).toEqual({ key: OTHER, value: 11 });
  });

  test("leaves out what is not there", () => {
    expect(fold([...shares(0, 3), { key: OTHER, value: 0 }]).map(({ key }) => key)).toEqual(["k1"]);
  });
});
