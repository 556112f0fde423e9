import { buffer } from "ol/extent";
import VectorTileLayer from "ol/layer/VectorTile";
import type OpenLayersMap from "ol/Map";
import type RenderFeature from "ol/render/Feature";
import { EARTH_CIRCUMFERENCE } from "../../lib/mercator";
import type { Theme } from "../../settings/theme";
import { mapColours } from "../view/mapColours";
import { clusterDiameter, LARGEST } from "./clusterCircle";
import { DensityStyle } from "./densityStyle";
import type { HistorySurvey, HistoryTileSet } from "./history";
import type { HistoryMark, KindTest } from "./historyMark";
import { countOfKinds, isPosition } from "./historyMark";
import { HistoryStyle, POSITION_RADIUS } from "./historyStyle";
import type { PlacedMark } from "./historyTiles";
import { HistoryTiles } from "./historyTiles";

// With none, what is drawn would be gone before what takes its place comes.
const CACHED_TILES = 256;
const OUTDATED_OPACITY = 0.5;
const NOTHING: HistorySurvey = { positions: 0, circles: 0, missing: 0, problem: null, retryWait: null };
// In its neighbours the world is drawn again.
const COPIES = [-EARTH_CIRCUMFERENCE, 0, EARTH_CIRCUMFERENCE];

export interface HistoryLayerOptions {
  readonly base: string;
  readonly theme: Theme;
  /** More is drawn, or could not be had. */
  readonly onChange: () => void;
}

/** A mark as it is drawn in one of the copies of the world. */
export interface DrawnMark {
  readonly mark: HistoryMark;
  readonly place: readonly [x: number, y: number]; // map coordinates
}

/** Stored positions as flat numbered circles, near the ground as dots. They stand still: what moves is the live layer's. */
export class HistoryLayer {
  readonly layer: VectorTileLayer;
  readonly #options: HistoryLayerOptions;
  #tiles: HistoryTiles | null = null;
  #attempt = 0;
  #style: HistoryStyle;
  #density: DensityStyle;
  #dense = false;
  #counts: KindTest = () => true;

  constructor(options: HistoryLayerOptions) {
    this.#options = options;
    this.#style = new HistoryStyle(mapColours(options.theme));
    this.#density = new DensityStyle(mapColours(options.theme));
    this.layer = new VectorTileLayer({
      className: "history-layer",
      // There are no lines and areas, and symbols are never cut at the edges of tiles.
      renderMode: "vector",
      cacheSize: CACHED_TILES,
      style: (feature) => this.#styleOf(feature as RenderFeature),
    });
  }

  show(drawing: HistoryTileSet | null): void {
    this.#counts = drawing?.filter.counts ?? this.#counts;
    const kept = drawing?.attempt === this.#attempt && this.#tiles?.isWorn === false ? this.#tiles : null;
    if (!drawing || !kept) this.#replace(drawing);
    else if (kept.show(drawing)) this.layer.setOpacity(OUTDATED_OPACITY);
    this.layer.changed();
  }

  /** What of the drawing is in view. Once all of it is, it is no longer drawn as outdated. */
  survey(map: OpenLayersMap): HistorySurvey {
    const extent = extentOf(map);
    if (!this.#tiles || !extent) return NOTHING;
    const progress = this.#tiles.progress(extent, resolutionOf(map, extent));
    if (progress.missing === 0 && !this.#tiles.isStopped) this.layer.setOpacity(1);
    // On a small map the world is seen more than once.
    const marks = [...new Set(this.#marksIn(extent).map(({ mark }) => mark))];
    const positions = marks.reduce((sum, mark) => sum + countOfKinds(mark, this.#counts), 0);
    const circles = marks.filter((mark) => !isPosition(mark)).length;
    return { ...progress, positions, circles };
  }

  /** Where something is drawn in view, and for how many positions; null where it is itself a stored one. */
  marks(map: OpenLayersMap): { pixel: number[]; count: number | null }[] {
    const extent = this.layer.getVisible() ? extentOf(map) : null;
    return this.#marksIn(extent ?? []).map(({ mark, place }) => ({
      pixel: map.getPixelFromCoordinate([...place]),
      count: isPosition(mark) ? null : countOfKinds(mark, this.#counts),
    }));
  }

  /** The topmost mark within some pixels of one of the map. */
  at(map: OpenLayersMap, [x, y]: readonly [number, number], reach = 0): DrawnMark | null {
    const place = this.layer.getVisible() ? map.getCoordinateFromPixel([x, y]) : null;
    if (!place) return null;
    const resolution = map.getView().getResolution() ?? 1;
    const extent = buffer([...place, ...place], (LARGEST / 2) * resolution);
    let found: DrawnMark | null = null;
    let nearest = Number.POSITIVE_INFINITY;
    for (const drawn of this.#marksIn(extent)) {
      const away = Math.hypot(drawn.place[0] - (place[0] ?? 0), drawn.place[1] - (place[1] ?? 0)) / resolution;
      const radius = this.#radius(drawn.mark);
      if (away > Math.max(radius, isPosition(drawn.mark) ? reach : 0)) continue;
      // The smaller one lies above; of dots the nearest is meant.
      const rank = isPosition(drawn.mark) ? away / 1000 : radius;
      if (rank < nearest) [found, nearest] = [drawn, rank];
    }
    return found;
  }

  /** As a density in place of circles, or again as circles. */
  setDensity(on: boolean): void {
    this.#dense = on;
    this.layer.changed();
  }

  setTheme(theme: Theme): void {
    this.#style = new HistoryStyle(mapColours(theme));
    this.#density = new DensityStyle(mapColours(theme));
    this.layer.changed();
  }

  /** Gives up what is still to come, until a drawing of another attempt is shown. */
  stop(): void {
    this.#tiles?.stop();
  }

  #replace(drawing: HistoryTileSet | null): void {
    const { base, onChange } = this.#options;
    this.#tiles?.stop();
    this.#attempt = drawing?.attempt ?? 0;
    this.#tiles = drawing ? new HistoryTiles(base, drawing, onChange) : null;
    this.layer.setSource(this.#tiles?.source ?? null);
    this.layer.setOpacity(1);
  }

  /** Marks of the drawing that count, in all copies of the world that an extent touches. */
  #marksIn(extent: number[]): DrawnMark[] {
    const [west, south = 0, east = 0, north = 0] = extent;
    const tiles = this.#tiles;
    if (!tiles || west === undefined) return [];
    return COPIES.flatMap((shift) => {
      const features = this.layer.getFeaturesInExtent([west - shift, south, east - shift, north]);
      return features
        .map((feature) => tiles.markOf(feature))
        .filter((placed): placed is PlacedMark => placed !== undefined && tiles.isDrawn(placed))
        .filter(({ mark }) => countOfKinds(mark, this.#counts) > 0)
        .map(({ mark, place: [x, y] }) => ({ mark, place: [x + shift, y] as const }));
    });
  }

  #radius(mark: HistoryMark): number {
    return isPosition(mark) ? POSITION_RADIUS : clusterDiameter(countOfKinds(mark, this.#counts)) / 2;
  }

  #styleOf(feature: RenderFeature) {
    const mark = this.#tiles?.markOf(feature)?.mark;
    const count = mark ? countOfKinds(mark, this.#counts) : 0;
    if (!mark || count === 0) return undefined;
    if (this.#dense) return this.#density.styleFor(count);
    return isPosition(mark) ? this.#style.position() : this.#style.cluster(count);
  }
}

/** Null before the map was drawn. */
function extentOf(map: OpenLayersMap): number[] | null {
  const [width = 0, height = 0] = map.getSize() ?? [];
  const [from, to] = [map.getCoordinateFromPixel([0, height]), map.getCoordinateFromPixel([width, 0])];
  return from && to ? [...from, ...to] : null;
}

/**
 * That of the frame whose extent it is. The view may be far ahead of it, and all tiles of a continent at the size of a
 * street's are millions.
 */
function resolutionOf(map: OpenLayersMap, [west = 0, , east = 0]: readonly number[]): number {
  const drawn = (east - west) / (map.getSize()?.[0] ?? 1);
  const current = map.getView().getResolution() ?? drawn;
  return Math.abs(drawn - current) < current * 1e-6 ? current : drawn;
}
