import Feature from "ol/Feature";
import MultiLineString from "ol/geom/MultiLineString";
import Point from "ol/geom/Point";
import VectorLayer from "ol/layer/Vector";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import Circle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { Place } from "../../lib/place";
import type { Theme } from "../../settings/theme";
import { mapColours } from "../view/mapColours";
import { trackLines } from "./trackLine";
import type { TrackPoint } from "./trackState";

/** Where the selected device has been, broken where nothing is known. */
export class TrackLayer {
  readonly layer: VectorLayer;
  readonly #line = new MultiLineString([]);
  readonly #source = new VectorSource<Feature<MultiLineString | Point>>({
    features: [new Feature(this.#line)],
    wrapX: true,
  });
  /** On the line, where a chart is pointed at. */
  readonly #mark = new Feature<MultiLineString | Point>();
  #shown = "";

  constructor(theme: Theme) {
    this.#source.addFeature(this.#mark);
    this.layer = new VectorLayer({ source: this.#source, className: "track-layer", updateWhileInteracting: true });
    this.setTheme(theme);
  }

  show(points: readonly TrackPoint[]): void {
    const last = points.at(-1);
    const shown = `${points.length} ${points[0]?.time} ${last?.longitude.toFixed(5)} ${last?.latitude.toFixed(5)}`;
    // It is called twice a second; the map should not redraw while the device stands.
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#line.setCoordinates(trackLines(points).map((line) => line.map((place) => fromLonLat(place))));
  }

  /** Marks a place on the line; null takes the mark away. */
  point(place: Place | null): void {
    this.#mark.setGeometry(place ? new Point(fromLonLat([place.longitude, place.latitude])) : undefined);
  }

  setTheme(theme: Theme): void {
    const { track, outline } = mapColours(theme);
    this.layer.setStyle([
      new Style({ stroke: new Stroke({ color: outline, width: 5, lineJoin: "round" }) }),
      new Style({ stroke: new Stroke({ color: track, width: 2.5, lineJoin: "round" }) }),
    ]);
    const fill = new Fill({ color: track });
    this.#mark.setStyle(
      new Style({ image: new Circle({ radius: 6, fill, stroke: new Stroke({ color: outline, width: 2 }) }) }),
    );
    this.layer.setOpacity(0.85);
  }
}
