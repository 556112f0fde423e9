import { expect, test } from "vitest";
import { basemapCredits } from "./basemapCredits";

test("each basemap has its credits, and none has none", () => {
  const built = basemapCredits({ id: "builtin", name: "Built-in", kind: "builtin" });
  expect(built.map(({ text }) => text)).toEqual(["Natural Earth", "GeoNames (CC BY 4.0)"]);
  const attribution = { text: "© Town council" };
  expect(basemapCredits({ id: "town", name: "Town", kind: "xyz", attribution })).toEqual([attribution]);
  expect(basemapCredits({ id: "none", name: "None", kind: "none" })).toEqual([]);
});
