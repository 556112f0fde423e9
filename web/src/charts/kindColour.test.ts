import { expect, test } from "vitest";
import { kindColours } from "./kindColour";

test("no two kinds of a chart have the same colour, and other has one of its own", () => {
  const kinds = ["truck", "phone", "zeppelin", "aircraft", "bus", "other"];
  const colours = kindColours(kinds);
  expect(new Set(kinds.map((kind) => colours.get(kind))).size).toBe(kinds.length);
  expect(colours.get("other")).toBe("var(--kind-8)");
});

test("a bus is drawn as a bus whoever else is there", () => {
  expect(kindColours(["bus"]).get("bus")).toBe(kindColours(["phone", "car", "bus", "tram"]).get("bus"));
});
