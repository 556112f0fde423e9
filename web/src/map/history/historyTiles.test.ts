import { expect, test } from "vitest";
import type { HistoryTileSet } from "./history";
import { historyFilter } from "./historyFilter";
import { HistoryTiles, historyTileAddress } from "./historyTiles";

const BASE = "http://example.org/maps/";
const WORLD = 20_037_508.34;
const all: HistoryTileSet = { from: 0, to: 3_600_000, version: "1f", filter: historyFilter(null, []), attempt: 0 };

test("the address of a tile has all that it depends on", () => {
  const buses = { ...all, filter: historyFilter(new Set(["bus"]), ["bus"]) };
  expect(historyTileAddress([3, 4, 2], all, BASE).href).toBe(
    "http://example.org/maps/api/history/tiles/3/4/2.mvt?from=0&to=3600000&v=1f",
  );
  expect(historyTileAddress([3, 4, 2], buses, BASE).search).toBe("?from=0&to=3600000&v=1f&kind=bus");
});

test("other tiles are needed for another version or kind, and for nothing else", () => {
  const tiles = new HistoryTiles(BASE, all, () => {});
  expect(tiles.show({ ...all, attempt: 1 })).toBe(false);
  expect(tiles.show({ ...all, version: "20" })).toBe(true);
});

test("every tile in view is still to come, each once, however far the map reaches beyond the world", () => {
  const tiles = new HistoryTiles(BASE, all, () => {});
  const resolution = (2 * WORLD) / 1024 / 2; // of zoom 1
  expect(tiles.progress([-WORLD / 2, -WORLD / 2, WORLD / 2, WORLD / 2], resolution).missing).toBe(4);
  expect(tiles.progress([-3 * WORLD, -2 * WORLD, 3 * WORLD, 2 * WORLD], resolution).missing).toBe(4);
  expect(tiles.progress([1.2 * WORLD, 0.2 * WORLD, 1.4 * WORLD, 0.4 * WORLD], resolution).missing).toBe(1);
});

test("cancelled tiles count as failed, not as loading", () => {
  const tiles = new HistoryTiles(BASE, all, () => {});
  const world = [-WORLD / 2, -WORLD / 2, WORLD / 2, WORLD / 2];
  tiles.stop();
  const problem = "Stopped: not all of it is shown.";
  expect(tiles.progress(world, (2 * WORLD) / 1024 / 2)).toEqual({ missing: 0, problem, retryWait: null });
});
