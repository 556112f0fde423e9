import { readFile } from "node:fs/promises";
import MVT from "ol/format/MVT";
import { PMTiles } from "pmtiles";
import { beforeAll, describe, expect, test } from "vitest";

let archive: PMTiles;

async function layersOf(z: number, x: number, y: number): Promise<Set<unknown>> {
  const tile = await archive.getZxy(z, x, y);
  const features = tile ? new MVT().readFeatures(tile.data) : [];
  return new Set(features.map((feature) => feature.get("layer")));
}

beforeAll(async () => {
  const bytes = await readFile("public/basemap/world.pmtiles");
  archive = new PMTiles({
    getKey: () => "world",
    getBytes: async (offset, length) => ({ data: new Uint8Array(bytes.subarray(offset, offset + length)).buffer }),
  });
});

describe("the committed basemap", () => {
  test("shows the whole world in its first tile", async () => {
    expect([...(await layersOf(0, 0, 0))]).toEqual(expect.arrayContaining(["land", "lakes", "borders"]));
  });

  test("has land, water and names where Helsinki is", async () => {
    expect([...(await layersOf(6, 36, 18))]).toEqual(expect.arrayContaining(["land", "lakes", "places"]));
  });

  test("leaves out open sea", async () => {
    expect(await archive.getZxy(6, 2, 32)).toBeUndefined();
  });
});
