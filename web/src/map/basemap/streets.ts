import { getTopLeft, getTopRight } from "ol/extent";
import Feature from "ol/Feature";
import GeoJSON from "ol/format/GeoJSON";
import LineString from "ol/geom/LineString";
import MultiLineString from "ol/geom/MultiLineString";
import Point from "ol/geom/Point";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import type { StyleFunction } from "ol/style/Style";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import { fetchJson } from "../../api/request";
import type { Theme } from "../../settings/theme";
import type { MapColours } from "../view/mapColours";
import { mapColours } from "../view/mapColours";

const DEADLINE = 30_000; // ms
const NAME = "Synthetic city";
const FARTHEST = 150; // metres a pixel
const STREETS_FROM = 40;
const NAMED_FROM = 100;
const NAMED_TO = 6;

/** The streets of the synthetic city in which the simulated fleet drives. The map labels it as such. */
export class Streets {
  readonly layer: VectorLayer;
  readonly #source = new VectorSource();
  readonly #cancel = new AbortController();

  constructor(theme: Theme) {
    this.layer = new VectorLayer({
      source: this.#source,
      className: "basemap",
      maxResolution: FARTHEST,
      declutter: true,
    });
    this.setTheme(theme);
  }

  /** Without streets the map is still a map, so a failure is only passed on. */
  async load(url: URL): Promise<void> {
    const geojson = await fetchJson(url, this.#cancel.signal, DEADLINE);
    if (this.#cancel.signal.aborted) return;
    const features = new GeoJSON().readFeatures(geojson, { featureProjection: "EPSG:3857" });
    // One feature per class: thousands of short ones would each be styled in every frame.
    const arterials = joined(
      features.filter((feature) => feature.get("class") === "arterial"),
      "arterial",
    );
    const streets = joined(
      features.filter((feature) => feature.get("class") !== "arterial"),
      "street",
    );
    this.#source.addFeatures([streets, arterials]);
    const extent = this.#source.getExtent();
    if (extent && features.length > 0) {
      // Beside the city: in it, the vehicles would cover it.
      const [west = 0, north = 0] = getTopLeft(extent);
      const [east = 0] = getTopRight(extent);
      this.#source.addFeature(new Feature({ class: "name", geometry: new Point([(west + east) / 2, north]) }));
    }
  }

  dispose(): void {
    this.#cancel.abort();
  }

  setTheme(theme: Theme): void {
    this.layer.setStyle(streetStyle(mapColours(theme)));
  }
}

function joined(features: readonly Feature[], className: string): Feature {
  const lines = features.flatMap((feature) => {
    const geometry = feature.getGeometry();
    if (geometry instanceof LineString) return [geometry];
    return geometry instanceof MultiLineString ? geometry.getLineStrings() : [];
  });
  return new Feature({ class: className, geometry: new MultiLineString(lines) });
}

function streetStyle(colours: MapColours): StyleFunction {
  const arterial = new Stroke({ color: colours.arterial, lineCap: "round", lineJoin: "round" });
  const street = new Stroke({ color: colours.street, lineCap: "round", lineJoin: "round" });
  const arterialStyle = new Style({ stroke: arterial, zIndex: 2 });
  const streetStyleOnly = new Style({ stroke: street, zIndex: 1 });
  const name = nameStyle(colours);
  return (feature, resolution) => {
    switch (feature.get("class")) {
      case "arterial":
        arterial.setWidth(width(16, resolution, 1));
        return arterialStyle;
      case "street":
        street.setWidth(width(9, resolution, 0.6));
        return resolution < STREETS_FROM ? streetStyleOnly : undefined;
      default:
        return resolution < NAMED_FROM && resolution > NAMED_TO ? name : undefined;
    }
  };
}

/** Pixels of a street that is so many metres wide, but not less than can be seen. */
function width(metres: number, resolution: number, least: number): number {
  return Math.max(least, Math.min(14, metres / resolution));
}

function nameStyle(colours: MapColours): Style {
  return new Style({
    zIndex: 20,
    text: new Text({
      text: NAME,
      offsetY: -14,
      font: "italic 500 12px 'Inter Variable', Inter, system-ui, sans-serif",
      fill: new Fill({ color: colours.streetName }),
      stroke: new Stroke({ color: colours.halo, width: 3 }),
    }),
  });
}
