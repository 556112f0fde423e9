import { expect, test } from "vitest";
import { kindColours } from "./kindColour";

test("no two kinds of a chart have the same colour, and other has one of its own", () => {
  const kinds = ["truck", "phone", "zeppelin", "aircraft", "bus", "other"];
  const colours = kindColours(kinds);
  expect(new Set(kinds.map((kind) => colours.get(kind))).size).toBe(kinds.length);
  expect(colours.get("other")).toBe("var(--kind-8)");
});

test("a bus has the colour of buses whatever other kinds there are", () => {
  expect(kindColours(["bus"]).get("bus")).toBe(kindColours(["phone", "car", "bus", "tram"]).get("bus"));
});
