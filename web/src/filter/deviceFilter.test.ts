import { expect, test } from "vitest";
import { describeFilter, isFiltered, mapFilter, NO_FILTER, toggleKind, toggleStatus } from "./deviceFilter";

test("the second click on the same mark clears it, a click on another takes its place", () => {
  const moving = toggleStatus(NO_FILTER, "moving");
  expect(moving.status).toBe("moving");
  expect(toggleStatus(moving, "idle").status).toBe("idle");
  expect(toggleStatus(moving, "moving")).toEqual(NO_FILTER);
});

test("a status and a kind hold together, and the map is told both", () => {
  const filter = toggleKind(toggleStatus(NO_FILTER, "moving"), "bus");
  expect(mapFilter(filter)).toEqual({ statuses: new Set(["moving"]), kinds: new Set(["bus"]) });
  expect(describeFilter({ ...filter, search: "20" })).toBe("moving bus matching “20”");
});

test("no filter limits nothing", () => {
  expect(isFiltered(NO_FILTER)).toBe(false);
  expect(mapFilter(NO_FILTER)).toEqual({ statuses: null, kinds: null });
});
