import Feature from "ol/Feature";
import MultiLineString from "ol/geom/MultiLineString";
import VectorLayer from "ol/layer/Vector";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { Theme, TrackPoint } from "../engine/types";
import { paletteOf } from "./palette";
import { trackLines } from "./trackLine";

/** Where the selected device has been, broken where nothing is known. */
export class TrackLayer {
  readonly layer: VectorLayer;
  readonly #line = new MultiLineString([]);
  #shown = "";

  constructor(theme: Theme) {
    const source = new VectorSource({ features: [new Feature(this.#line)], wrapX: true });
    this.layer = new VectorLayer({ source, className: "track-layer", updateWhileInteracting: true });
    this.setTheme(theme);
  }

  show(points: readonly TrackPoint[]): void {
    const last = points.at(-1);
    const shown = `${points.length} ${points[0]?.time} ${last?.longitude.toFixed(5)} ${last?.latitude.toFixed(5)}`;
    // It is asked for twice a second, and the map should rest while the device does.
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#line.setCoordinates(trackLines(points).map((line) => line.map((place) => fromLonLat(place))));
  }

  setTheme(theme: Theme): void {
    const { track, outline } = paletteOf(theme);
    this.layer.setStyle([
      new Style({ stroke: new Stroke({ color: outline, width: 5, lineJoin: "round" }) }),
      new Style({ stroke: new Stroke({ color: track, width: 2.5, lineJoin: "round" }) }),
    ]);
    this.layer.setOpacity(0.85);
  }
}
