import type BaseLayer from "ol/layer/Base";
import Graticule from "ol/layer/Graticule";
import VectorTileLayer from "ol/layer/VectorTile";
import Stroke from "ol/style/Stroke";
import type { Theme } from "../engine/types";
import type { Credit } from "./attribution";
import { creditHtml } from "./attribution";
import { basemapSource } from "./basemapArchive";
import { basemapStyle } from "./basemapStyle";
import { paletteOf } from "./palette";

const CREDITS: readonly Credit[] = [
  { text: "Natural Earth", url: "https://www.naturalearthdata.com/" },
  { text: "GeoNames (CC BY 4.0)", url: "https://www.geonames.org/" },
];
const GRID_INTERVALS = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01]; // degrees

export interface BasemapOptions {
  readonly base: string;
  readonly theme: Theme;
  /** For what else is on the map. */
  readonly credits: readonly Credit[];
  readonly onFailure: (problem: string) => void;
}

/** The world as it comes with the client: no request leaves the origin. */
export class Basemap {
  readonly layers: BaseLayer[];
  readonly #tiles: VectorTileLayer;
  readonly #grid: Graticule;
  readonly #gridLine = new Stroke({ width: 1 });

  constructor({ base, theme, credits, onFailure }: BasemapOptions) {
    const source = basemapSource(new URL("basemap/world.pmtiles", base), onFailure);
    source.setAttributions([...CREDITS, ...credits].map(creditHtml));
    this.#tiles = new VectorTileLayer({
      source,
      className: "basemap",
      declutter: true,
      renderMode: "hybrid",
      preload: 0,
    });
    this.#grid = gridLayer(this.#gridLine);
    this.layers = [this.#tiles, this.#grid];
    this.setTheme(theme);
  }

  setTheme(theme: Theme): void {
    const palette = paletteOf(theme);
    this.#tiles.setBackground(palette.water);
    this.#tiles.setStyle(basemapStyle(palette));
    this.#gridLine.setColor(palette.grid);
    this.#grid.changed();
  }
}

function gridLayer(strokeStyle: Stroke): Graticule {
  return new Graticule({
    className: "basemap",
    strokeStyle,
    showLabels: false,
    wrapX: true,
    targetSize: 160,
    intervals: GRID_INTERVALS,
  });
}
