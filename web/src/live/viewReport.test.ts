import { describe, expect, test } from "vitest";
import type { VisibleArea } from "./viewReport";
import { needsReport, viewOf, withMargin } from "./viewReport";

const area: VisibleArea = { west: 0.4, east: 0.5, north: 0.3, south: 0.35, zoom: 8 };

function shifted(by: number): VisibleArea {
  return { ...area, west: area.west + by, east: area.east + by };
}

describe("a view is reported", () => {
  const reported = withMargin(area);

  test("when none was reported before", () => {
    expect(needsReport(null, area)).toBe(true);
  });

  test("not when the map moved within the margin", () => {
    expect(needsReport(reported, shifted(0.005))).toBe(false);
  });

  test("when the map left the margin", () => {
    expect(needsReport(reported, shifted(0.02))).toBe(true);
  });

  test("when the reported one is far larger", () => {
    expect(needsReport(reported, { ...area, west: 0.44, east: 0.46, north: 0.32, south: 0.33 })).toBe(true);
  });

  test("when the map zoomed in by a whole level, because smaller moves matter there", () => {
    expect(needsReport(reported, { ...area, zoom: area.zoom + 0.9 })).toBe(false);
    expect(needsReport(reported, { ...area, zoom: area.zoom + 1 - 1e-9 })).toBe(true);
    expect(needsReport(reported, { ...area, zoom: area.zoom - 1 })).toBe(false);
  });

  test("not again and again where the map shows more than the world is high", () => {
    const tall = { ...area, north: -0.2, south: 1.2 };
    expect(needsReport(withMargin(tall), tall)).toBe(false);
  });
});

describe("a reported box", () => {
  test("is in degrees", () => {
    expect(viewOf({ west: 0.5, east: 0.75, north: 0.25, south: 0.5, zoom: 7.123_45 })).toEqual({
      bbox: [0, 0, 90, 66.51326],
      zoom: 7.12,
    });
  });

  test("has a west greater than its east where it crosses the 180th meridian", () => {
    const { bbox } = viewOf({ ...area, west: 0.95, east: 1.05 });
    expect(bbox[0]).toBeCloseTo(162, 6);
    expect(bbox[2]).toBeCloseTo(-162, 6);
  });

  test("is the whole world when that is in view", () => {
    expect(viewOf({ west: -0.2, east: 1.1, north: -0.1, south: 1.1, zoom: 0.5 }).bbox).toEqual([-180, -90, 180, 90]);
  });
});
