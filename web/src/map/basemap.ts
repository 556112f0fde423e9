import type BaseLayer from "ol/layer/Base";
import Graticule from "ol/layer/Graticule";
import VectorTileLayer from "ol/layer/VectorTile";
import Stroke from "ol/style/Stroke";
import type { Theme } from "../engine/types";
import { basemapSource } from "./basemapArchive";
import { groundStyle, nameStyles } from "./basemapStyle";
import { paletteOf } from "./palette";

const GRID_INTERVALS = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01]; // degrees

export interface BasemapOptions {
  readonly base: string;
  readonly theme: Theme;
  readonly onFailure: (problem: string) => void;
}

/** The world as it comes with the client: no request leaves the origin. */
export class Basemap {
  readonly ground: BaseLayer[];
  /** Apart from the ground, so that what covers that leaves them readable. */
  readonly names: VectorTileLayer;
  readonly #tiles: VectorTileLayer;
  readonly #grid: Graticule;
  readonly #gridLine = new Stroke({ width: 1 });

  constructor({ base, theme, onFailure }: BasemapOptions) {
    const source = basemapSource(new URL("basemap/world.pmtiles", base), onFailure);
    this.#tiles = new VectorTileLayer({ source, className: "basemap", renderMode: "hybrid", preload: 0 });
    this.names = new VectorTileLayer({
      source,
      className: "place-names",
      declutter: true,
      renderMode: "vector",
      preload: 0,
    });
    this.#grid = gridLayer(this.#gridLine);
    this.ground = [this.#tiles, this.#grid];
    this.setTheme(theme);
  }

  setTheme(theme: Theme): void {
    const palette = paletteOf(theme);
    this.#tiles.setBackground(palette.water);
    this.#tiles.setStyle(groundStyle(palette));
    this.names.setStyle(nameStyles(palette));
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
