import MVT from "ol/format/MVT";
import type Layer from "ol/layer/Layer";
import TileLayer from "ol/layer/Tile";
import VectorTileLayer from "ol/layer/VectorTile";
import type UrlTile from "ol/source/UrlTile";
import VectorTileSource from "ol/source/VectorTile";
import XYZ from "ol/source/XYZ";
import type { BasemapOption } from "../../api/config";
import type { Theme } from "../../settings/theme";
import { mapColours } from "../view/mapColours";
import { plainStyle } from "./plainStyle";
import { TileFailureDetector } from "./tileFailure";

/** A basemap of a server elsewhere. */
export class ExternalBasemap {
  readonly layer: Layer;
  readonly #option: BasemapOption;
  readonly #source: UrlTile;
  readonly #watch: TileFailureDetector;
  readonly #pictures: boolean;

  constructor(option: BasemapOption, theme: Theme, onFailure: () => void) {
    this.#option = option;
    this.#watch = new TileFailureDetector(onFailure);
    this.#pictures = option.kind === "xyz";
    const { min_zoom = 0, max_zoom = 24 } = option;
    const zooms = { minZoom: min_zoom, maxZoom: max_zoom };
    if (this.#pictures) {
      const source = new XYZ({ ...zooms, url: this.#url(theme), crossOrigin: "anonymous" });
      this.#source = source;
      this.layer = new TileLayer({ source, className: "plugged" });
    } else {
      const source = new VectorTileSource({ ...zooms, url: this.#url(theme), format: new MVT() });
      this.#source = source;
      this.layer = new VectorTileLayer({ source, className: "plugged", renderMode: "hybrid" });
    }
    this.#source.on("tileloadstart", this.#watch.onRequest);
    this.#source.on("tileloaderror", this.#watch.onError);
    this.#source.on("tileloadend", this.#watch.onLoad);
    this.#paint(theme);
  }

  setTheme(theme: Theme): void {
    if (this.#source.getUrls()?.[0] !== this.#url(theme)) this.#source.setUrl(this.#url(theme));
    this.#paint(theme);
  }

  dispose(): void {
    this.#watch.stop();
    this.layer.dispose();
    this.#source.dispose();
  }

  #url(theme: Theme): string {
    const { url, dark_url } = this.#option;
    return (theme === "dark" ? dark_url : null) ?? url ?? "";
  }

  #paint(theme: Theme): void {
    const colours = mapColours(theme);
    this.layer.setBackground(this.#pictures ? colours.water : colours.land);
    if (this.layer instanceof VectorTileLayer) this.layer.setStyle(plainStyle(colours));
  }
}
