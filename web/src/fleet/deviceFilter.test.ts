import { expect, test } from "vitest";
import { describeFilter, isFiltered, mapFilter, NO_FILTER, toggleKind, toggleStatus } from "./deviceFilter";

test("several marks hold together, in one order, and a second click takes one away", () => {
  const idle = toggleStatus(NO_FILTER, "idle");
  const both = toggleStatus(idle, "moving");
  expect(both.statuses).toEqual(["moving", "idle"]);
  expect(toggleStatus(both, "idle").statuses).toEqual(["moving"]);
  expect(toggleStatus(idle, "idle")).toEqual(NO_FILTER);
});

test("a status and two kinds combine, and the map gets both", () => {
  const filter = toggleKind(toggleKind(toggleStatus(NO_FILTER, "moving"), "van"), "bus");
  expect(mapFilter(filter)).toEqual({ statuses: new Set(["moving"]), kinds: new Set(["bus", "van"]) });
  expect(describeFilter({ ...filter, search: "20", inView: true })).toBe("moving · bus, van · matching “20” · in view");
});

test("no filter limits nothing", () => {
  expect(isFiltered(NO_FILTER)).toBe(false);
  expect(isFiltered({ ...NO_FILTER, inView: true })).toBe(true);
  expect(mapFilter(NO_FILTER)).toEqual({ statuses: null, kinds: null });
});
