import MVT from "ol/format/MVT";
import type RenderFeature from "ol/render/Feature";
import VectorTileSource from "ol/source/VectorTile";
import type Tile from "ol/Tile";
import { createXYZ } from "ol/tilegrid";
import type VectorTile from "ol/VectorTile";
import type { RangeResponse, Source } from "pmtiles";
import { PMTiles } from "pmtiles";

const DEADLINE = 60_000; // ms
const RETRIES = 4;
const FIRST_WAIT = 1000; // ms
const TILE_SIZE = 512;
const MAX_ZOOM = 6;
const TILE_FAILED = 3; // ol/TileState.ERROR

/** The whole archive, fetched once: it is small, and not every server and proxy answers for ranges. */
class WholeFile implements Source {
  readonly #url: URL;
  #bytes: Promise<ArrayBuffer> | null = null;

  constructor(url: URL) {
    this.#url = url;
  }

  getKey(): string {
    return this.#url.href;
  }

  async getBytes(offset: number, length: number): Promise<RangeResponse> {
    this.#bytes ??= this.#fetch();
    return { data: (await this.#bytes).slice(offset, offset + length) };
  }

  async #fetch(): Promise<ArrayBuffer> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await fetchBytes(this.#url);
      } catch (error) {
        if (failures >= RETRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT * 2 ** failures));
      }
    }
  }
}

async function fetchBytes(url: URL): Promise<ArrayBuffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(DEADLINE) });
  if (!response.ok) throw new Error(`The basemap cannot be had: the server answered ${response.status}.`);
  return response.arrayBuffer();
}

/** The tiles of the archive as a source of the map; calls `onFailure` for each tile that fails. */
export function basemapSource(url: URL, onFailure: (problem: string) => void): VectorTileSource {
  const archive = new PMTiles(new WholeFile(url));
  const format = new MVT();
  const load = async (tile: VectorTile<RenderFeature>): Promise<void> => {
    const [z, x, y] = tile.getTileCoord() as [number, number, number];
    const found = await archive.getZxy(z, x, y);
    const extent = source.getTileGrid()?.getTileCoordExtent([z, x, y]) ?? [0, 0, 0, 0];
    // What the archive leaves out is open sea.
    const features = found ? format.readFeatures(found.data, { extent, featureProjection: "EPSG:3857" }) : [];
    tile.setFeatures(features as RenderFeature[]);
  };
  const source = new VectorTileSource({
    format,
    tileGrid: createXYZ({ tileSize: TILE_SIZE, maxZoom: MAX_ZOOM }),
    url: "{z}/{x}/{y}",
    tileLoadFunction: (tile: Tile) => {
      const vectorTile = tile as VectorTile<RenderFeature>;
      vectorTile.setLoader(() => {
        load(vectorTile).catch((error: unknown) => {
          vectorTile.setState(TILE_FAILED);
          onFailure(error instanceof Error ? error.message : String(error));
        });
      });
    },
  });
  return source;
}
