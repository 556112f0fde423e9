import Feature from "ol/Feature";
import LineString from "ol/geom/LineString";
import MultiPoint from "ol/geom/MultiPoint";
import VectorLayer from "ol/layer/Vector";
import { fromLonLat } from "ol/proj";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import type { Place } from "../../lib/place";
import type { Theme } from "../../settings/theme";
import { mapColours } from "../view/mapColours";
import { greatCircle } from "./greatCircle";

/** The way that is measured, above all else. */
export class MeasureLayer {
  readonly layer: VectorLayer;
  readonly #line = new LineString([]);
  readonly #points = new MultiPoint([]);

  constructor(theme: Theme) {
    const features = [new Feature(this.#line), new Feature(this.#points)];
    this.layer = new VectorLayer({
      source: new VectorSource({ features, wrapX: true }),
      className: "measure-layer",
      updateWhileInteracting: true,
      updateWhileAnimating: true,
    });
    this.setTheme(theme);
  }

  show(points: readonly Place[]): void {
    const line = unbroken(points);
    this.#line.setCoordinates(line.flatMap((leg) => leg.map((place) => fromLonLat(place))));
    const ends = line.flatMap((leg) => leg.slice(-1));
    const first = points[0];
    const starts = first ? [[first.longitude, first.latitude]] : [];
    this.#points.setCoordinates([...starts, ...ends].map((place) => fromLonLat(place)));
  }

  setTheme(theme: Theme): void {
    const { hover, outline } = mapColours(theme);
    const stroke = new Stroke({ color: hover, width: 2, lineDash: [6, 5] });
    const fill = new Fill({ color: hover });
    this.layer.setStyle([
      new Style({ stroke: new Stroke({ color: outline, width: 5 }) }),
      new Style({
        stroke,
        image: new CircleStyle({ radius: 5, fill, stroke: new Stroke({ color: outline, width: 2 }) }),
      }),
    ]);
  }
}

/** A leg for each two points; each begins in the copy of the world in which the one before ended. */
function unbroken(points: readonly Place[]): [number, number][][] {
  let shift = 0;
  return points.slice(1).map((to, i) => {
    const leg = greatCircle(points[i] ?? to, to).map(([x, y]): [number, number] => [x + shift, y]);
    shift = (leg.at(-1)?.[0] ?? 0) - to.longitude;
    return leg;
  });
}
