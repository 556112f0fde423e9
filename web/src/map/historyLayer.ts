import Feature from "ol/Feature";
import Point from "ol/geom/Point";
import VectorLayer from "ol/layer/Vector";
import type OpenLayersMap from "ol/Map";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { Cluster } from "../engine/history";
import { EARTH_CIRCUMFERENCE } from "../engine/mercator";
import type { Theme } from "../engine/types";
import { clusterDiameter, clusterLabel } from "./clusterCircle";
import type { Palette } from "./palette";
import { paletteOf } from "./palette";

const LOADING_OPACITY = 0.5;

interface PlacedCluster {
  readonly cluster: Cluster;
  readonly place: number[]; // map coordinates
}

/** Stored positions as flat numbered circles. They stand still: what moves is the live layer's. */
export class HistoryLayer {
  readonly layer: VectorLayer;
  readonly #source = new VectorSource<Feature<Point>>({ useSpatialIndex: true });
  readonly #styles = new Map<string, Style>();
  readonly #circles = new Map<number, CircleStyle>();
  #clusters: readonly PlacedCluster[] = [];
  #palette: Palette;

  constructor(theme: Theme) {
    this.#palette = paletteOf(theme);
    this.layer = new VectorLayer({
      source: this.#source,
      className: "history-layer",
      updateWhileInteracting: false,
      style: (feature) => this.#style((feature as Feature<Point>).get("cluster") as Cluster),
    });
  }

  get count(): number {
    return this.#clusters.length;
  }

  show(clusters: readonly Cluster[]): void {
    // The largest first, so that the small ones lie above and can be hit.
    this.#clusters = [...clusters]
      .sort((a, b) => b.count - a.count)
      .map((cluster) => ({ cluster, place: fromLonLat([cluster.longitude, cluster.latitude]) }));
    this.#source.clear(true);
    this.#source.addFeatures(
      this.#clusters.map(({ cluster, place }) => new Feature({ cluster, geometry: new Point(place) })),
    );
  }

  /** The topmost circle at a pixel of the map. */
  at(map: OpenLayersMap, [x, y]: readonly [number, number]): Cluster | null {
    if (!this.layer.getVisible()) return null;
    const found = this.#clusters.findLast(({ cluster, place }) => {
      const [centreX = Number.NaN, centreY = Number.NaN] = map.getPixelFromCoordinate(place) ?? [];
      // A circle is drawn again in each copy of the world.
      const across = (x - centreX) % worldWidth(map);
      const nearest = Math.min(Math.abs(across), worldWidth(map) - Math.abs(across));
      return Math.hypot(nearest, centreY - y) <= clusterDiameter(cluster.count) / 2;
    });
    return found?.cluster ?? null;
  }

  setLoading(loading: boolean): void {
    this.layer.setOpacity(loading ? LOADING_OPACITY : 1);
  }

  setTheme(theme: Theme): void {
    this.#palette = paletteOf(theme);
    this.#styles.clear();
    this.#circles.clear();
    this.layer.changed();
  }

  #style(cluster: Cluster): Style {
    const text = clusterLabel(cluster.count);
    const diameter = clusterDiameter(cluster.count);
    const key = `${diameter}/${text}`;
    let style = this.#styles.get(key);
    if (!style) {
      style = new Style({ image: this.#circle(diameter), text: countText(this.#palette, diameter, text) });
      this.#styles.set(key, style);
    }
    return style;
  }

  /** One picture for each size, whatever number stands in it. */
  #circle(diameter: number): CircleStyle {
    const known = this.#circles.get(diameter);
    if (known) return known;
    const circle = new CircleStyle({
      radius: diameter / 2,
      fill: new Fill({ color: this.#palette.historyFill }),
      stroke: new Stroke({ color: this.#palette.historyRing, width: 1 }),
    });
    this.#circles.set(diameter, circle);
    return circle;
  }
}

/** In pixels. */
function worldWidth(map: OpenLayersMap): number {
  return EARTH_CIRCUMFERENCE / (map.getView().getResolution() ?? 1);
}

function countText(palette: Palette, diameter: number, text: string): Text {
  return new Text({
    text,
    font: `500 ${diameter < 26 ? 10 : 11}px 'Inter Variable', Inter, system-ui, sans-serif`,
    fill: new Fill({ color: palette.historyText }),
    offsetY: 1,
  });
}
