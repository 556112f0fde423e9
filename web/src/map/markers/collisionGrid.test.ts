import { expect, test } from "vitest";
import { CollisionGrid } from "./collisionGrid";

test("what is taken is found by what overlaps it, in whichever cell that lies", () => {
  const occupied = new CollisionGrid();
  occupied.add({ left: 60, top: 60, right: 140, bottom: 78 });
  expect(occupied.overlaps({ left: 130, top: 70, right: 200, bottom: 90 })).toBe(true);
  expect(occupied.overlaps({ left: 0, top: 0, right: 61, bottom: 61 })).toBe(true);
});

test("neighbours that only touch do not overlap", () => {
  const occupied = new CollisionGrid();
  occupied.add({ left: 0, top: 0, right: 10, bottom: 10 });
  expect(occupied.overlaps({ left: 10, top: 0, right: 20, bottom: 10 })).toBe(false);
});
