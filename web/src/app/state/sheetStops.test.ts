import { expect, test } from "vitest";
import { mapPadding } from "../stage/mapPadding";
import { nearestStop, nextStop } from "./sheetStops";

test("a sheet comes to rest at the nearest of its three heights", () => {
  expect(nearestStop(100, 844)).toBe("peek");
  expect(nearestStop(300, 844)).toBe("half");
  expect(nearestStop(700, 844)).toBe("full");
});

test("a tap on the handle goes round", () => {
  expect(["peek", "half", "full"].map((stop) => nextStop(stop as "peek"))).toEqual(["half", "full", "peek"]);
});

test("the sheet covers the lower edge of the map, but a full one leaves what half leaves", () => {
  expect(mapPadding("mobile", "half", 844).bottom).toBeGreaterThan(mapPadding("mobile", "peek", 844).bottom);
  expect(mapPadding("mobile", "full", 844)).toEqual(mapPadding("mobile", "half", 844));
  expect(mapPadding("desktop", "half", 844)).toEqual(mapPadding("desktop", "peek", 844));
});
