import Graticule from "ol/layer/Graticule";
import LayerGroup from "ol/layer/Group";
import VectorTileLayer from "ol/layer/VectorTile";
import Stroke from "ol/style/Stroke";
import type { BasemapOption } from "../../api/config";
import type { Theme } from "../../settings/theme";
import { mapColours } from "../view/mapColours";
import { basemapSource } from "./basemapArchive";
import type { BasemapRenderer } from "./basemapSelection";
import { groundStyle, nameStyles } from "./basemapStyle";
import { ExternalBasemap } from "./externalBasemap";

const GRID_INTERVALS = [30, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01]; // degrees

export interface BasemapOptions {
  readonly base: string;
  readonly theme: Theme;
  readonly onFailure: (problem: string) => void;
}

/** The world as it comes with the client, of which no request leaves the origin; or another that was chosen. */
export class Basemap implements BasemapRenderer {
  readonly ground: LayerGroup;
  /** Apart from the ground, so that what covers that leaves them readable. */
  readonly names: VectorTileLayer;
  readonly #tiles: VectorTileLayer;
  readonly #grid: Graticule;
  readonly #gridLine = new Stroke({ width: 1 });
  #external: ExternalBasemap | null = null;
  #theme: Theme;

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
    this.ground = new LayerGroup({ layers: [this.#tiles, this.#grid] });
    this.#theme = theme;
    this.setTheme(theme);
  }

  show(basemap: BasemapOption, onFailure: () => void): void {
    this.dispose();
    const isOwn = basemap.kind === "builtin";
    const isExternal = !isOwn && basemap.kind !== "none";
    this.#external = isExternal ? new ExternalBasemap(basemap, this.#theme, onFailure) : null;
    if (this.#external) this.ground.getLayers().insertAt(0, this.#external.layer);
    this.#tiles.setVisible(isOwn);
    this.names.setVisible(isOwn);
    this.#grid.setVisible(!isExternal);
  }

  setDim(dim: number): void {
    for (const layer of [this.ground, this.names]) layer.setOpacity(1 - dim);
  }

  dispose(): void {
    if (!this.#external) return;
    this.ground.getLayers().remove(this.#external.layer);
    this.#external.dispose();
    this.#external = null;
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    this.#external?.setTheme(theme);
    const colours = mapColours(theme);
    this.#tiles.setBackground(colours.water);
    this.#tiles.setStyle(groundStyle(colours));
    this.names.setStyle(nameStyles(colours));
    this.#gridLine.setColor(colours.grid);
    this.#grid.setBackground(colours.water);
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
