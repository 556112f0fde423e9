import { expect, test } from "vitest";
import { markerCell } from "./markerSprites";

test.each([0.67, 0.9, 1, 1.1, 1.100000023841858, 1.25, 1.65, 2.625, 2.75, 3])(
  "a marker's square is whole pixels, and no smaller than it, where each has %d of them",
  (ratio) => {
    for (let size = 6; size <= 28; size += 1) {
      const cell = markerCell(size, ratio);
      expect(cell).toBe(Math.round(cell));
      expect(cell).toBeGreaterThanOrEqual(size * ratio);
    }
  },
);
