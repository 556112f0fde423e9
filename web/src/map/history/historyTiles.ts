import MVT from "ol/format/MVT";
import type RenderFeature from "ol/render/Feature";
import VectorTileSource from "ol/source/VectorTile";
import type Tile from "ol/Tile";
import { createXYZ } from "ol/tilegrid";
import type VectorTile from "ol/VectorTile";
import { address, fetchBytes } from "../../api/request";
import { retryWait } from "../../api/retryTimer";
import { cancelledMessage, type HistorySurvey, type HistoryTileSet } from "./history";
import type { HistoryMark } from "./historyMark";
import { readMark } from "./historyMark";

const MEDIA_TYPE = "application/vnd.mapbox-vector-tile";
const LAYER = "positions";
const DEADLINE = 30_000; // ms
// A cell is a sixteenth of it: 64 pixels and more, so that the circles of neighbours hardly touch.
const TILE_SIZE = 1024;
const MAX_ZOOM = 19;
const MOST_TILES = 4000;
const LARGER_CELLS = 1; // between whole zooms, those of the tiles further out
const TILE_FAILED = 3; // ol/TileState.ERROR

/** Of the tiles in view: how many are still to come, why others failed, and when to ask for these again, in ms. */
export type TileProgress = Pick<HistorySurvey, "missing" | "problem" | "retryWait">;

interface Failure {
  readonly problem: string;
  readonly retryWait: number | null;
}

export interface PlacedMark {
  readonly mark: HistoryMark;
  readonly place: readonly [x: number, y: number]; // map coordinates
  /** Of which drawing it is: that part of the address of its tile. */
  readonly query: string;
}

/** The tiles of a drawing, as a source of the map. While those of another one come, the old ones stay. */
export class HistoryTiles {
  readonly source: VectorTileSource;
  readonly #base: string;
  readonly #onSettled: () => void;
  readonly #format = new MVT({ layers: [LAYER] });
  readonly #marks = new WeakMap<RenderFeature, PlacedMark>();
  readonly #cancel = new AbortController();
  /** By address: null for a tile that came, else why it did not. */
  readonly #settled = new Map<string, Failure | null>();
  #drawing: HistoryTileSet;
  #query = "";

  /** Calls `onSettled` for each tile that loaded or failed. */
  constructor(base: string, drawing: HistoryTileSet, onSettled: () => void) {
    this.#base = base;
    this.#drawing = drawing;
    this.#onSettled = onSettled;
    this.source = new VectorTileSource({
      format: this.#format,
      tileGrid: createXYZ({ tileSize: TILE_SIZE, maxZoom: MAX_ZOOM }),
      zDirection: LARGER_CELLS,
      transition: 0,
      tileLoadFunction: (tile: Tile, url: string) => {
        const vectorTile = tile as VectorTile<RenderFeature>;
        vectorTile.setLoader((extent) => void this.#load(vectorTile, new URL(url), extent));
      },
    });
    this.show(drawing);
  }

  /** Whether other tiles are needed than before. */
  show(drawing: HistoryTileSet): boolean {
    const before = this.#query;
    const addressOf = (tile: readonly number[]): URL => historyTileAddress(tile, drawing, this.#base);
    this.#drawing = drawing;
    this.#query = addressOf([0, 0, 0]).search;
    this.source.setTileUrlFunction((tile) => addressOf(tile).href, this.#query);
    return this.#query !== before;
  }

  /** So many tiles came that it should give way to another one. */
  get isWorn(): boolean {
    return this.#settled.size > MOST_TILES;
  }

  /** The mark of a feature. */
  markOf(feature: RenderFeature): PlacedMark | undefined {
    return this.#marks.get(feature);
  }

  /** Not one that stays until the newer is there. */
  isDrawn({ query }: PlacedMark): boolean {
    return query === this.#query;
  }

  /** How many tiles of an extent are still to come, and why others could not be had. */
  progress(extent: number[], resolution: number): TileProgress {
    let missing = 0;
    let failure: Failure | null = null;
    for (const tile of this.#tilesIn(extent, resolution)) {
      const settled = this.#settled.get(historyTileAddress(tile, this.#drawing, this.#base).href);
      if (settled === undefined) missing += 1;
      else failure ??= settled;
    }
    if (this.isStopped && missing > 0) return { missing: 0, problem: cancelledMessage(), retryWait: null };
    return { missing, problem: failure?.problem ?? null, retryWait: failure?.retryWait ?? null };
  }

  /** No tile comes any more. */
  stop(): void {
    this.#cancel.abort();
  }

  get isStopped(): boolean {
    return this.#cancel.signal.aborted;
  }

  *#tilesIn(extent: number[], resolution: number): Iterable<[number, number, number]> {
    const grid = this.source.getTileGrid();
    if (!grid) return;
    const z = grid.getZForResolution(resolution, LARGER_CELLS);
    const side = 2 ** z;
    const { minX, maxX, minY, maxY } = grid.getTileRangeForExtentAndZ(extent, z);
    for (let x = minX; x <= Math.min(maxX, minX + side - 1); x += 1) {
      for (let y = Math.max(0, minY); y <= Math.min(maxY, side - 1); y += 1) yield [z, ((x % side) + side) % side, y];
    }
  }

  async #load(tile: VectorTile<RenderFeature>, url: URL, extent: number[]): Promise<void> {
    let failure: Failure | null = null;
    try {
      const bytes = await fetchBytes(url, MEDIA_TYPE, this.#cancel.signal, DEADLINE);
      tile.setFeatures(this.#read(bytes, extent, url.search));
    } catch (error) {
      tile.setState(TILE_FAILED);
      const problem = error instanceof Error ? error.message : String(error);
      failure = { problem: this.isStopped ? cancelledMessage() : problem, retryWait: retryWait(error) };
    }
    this.#settled.set(url.href, failure);
    if (!this.isStopped) this.#onSettled();
  }

  /** Where there was nothing, the server answers with nothing. */
  #read(bytes: ArrayBuffer, extent: number[], query: string): RenderFeature[] {
    if (bytes.byteLength === 0) return [];
    const features = this.#format.readFeatures(bytes, { extent, featureProjection: "EPSG:3857" }) as RenderFeature[];
    return features.filter((feature) => {
      const mark = readMark(feature.getProperties());
      const [x = 0, y = 0] = feature.getFlatCoordinates();
      if (mark) this.#marks.set(feature, { mark, place: [x, y], query });
      return mark !== null;
    });
  }
}

/** The content of an address with a version never changes, so browsers cache it. */
export function historyTileAddress([z, x, y]: readonly number[], drawing: HistoryTileSet, base: string): URL {
  const { from, to, version: v, filter } = drawing;
  return address(`api/history/tiles/${z}/${x}/${y}.mvt`, { from, to, v, kind: filter.kind }, base);
}
