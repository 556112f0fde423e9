import { expect, test } from "vitest";
import { historyFilter } from "./historyFilter";

const NAMED = ["bus", "car", "other"];

test("without a filter all count", () => {
  const { kind, counts } = historyFilter(null, NAMED);
  expect(kind).toBeNull();
  expect(counts("kite")).toBe(true);
});

test("one kind is the server's to filter by", () => {
  const { kind, counts } = historyFilter(new Set(["bus"]), NAMED);
  expect(kind).toBe("bus");
  expect(["bus", "car", "kite"].filter(counts)).toEqual(["bus"]);
});

test("other is what stats do not name, which the server does not know", () => {
  const { kind, counts } = historyFilter(new Set(["other"]), NAMED);
  expect(kind).toBeNull();
  expect(["bus", "car", "kite", "other"].filter(counts)).toEqual(["kite", "other"]);
});

test("it is another filter when stats name other kinds, if that matters", () => {
  const key = (kinds: string[], named: string[]) => historyFilter(new Set(kinds), named).key;
  expect(key(["other"], ["bus"])).not.toBe(key(["other"], NAMED));
  expect(key(["bus"], ["bus"])).toBe(key(["bus"], NAMED));
  expect(key(["bus"], NAMED)).not.toBe(key(["car"], NAMED));
});
