import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { MapColours } from "../view/mapColours";
import { clusterDiameter, clusterLabel, LARGEST } from "./clusterCircle";

export const POSITION_RADIUS = 4.5; // pixels

/** Flat circles with a number, and flat dots without: nothing of the live layer looks like them. */
export class HistoryStyle {
  readonly #colours: MapColours;
  readonly #position: Style;
  readonly #clusters = new Map<string, Style>();
  readonly #circles = new Map<number, CircleStyle>();

  constructor(colours: MapColours) {
    this.#colours = colours;
    this.#position = new Style({ image: circle(colours, POSITION_RADIUS * 2), zIndex: LARGEST });
  }

  position(): Style {
    return this.#position;
  }

  cluster(count: number): Style {
    const text = clusterLabel(count);
    const diameter = clusterDiameter(count);
    const key = `${diameter}/${text}`;
    let style = this.#clusters.get(key);
    if (!style) {
      style = new Style({
        image: this.#circle(diameter),
        text: countText(this.#colours, diameter, text),
        // The small ones lie above and can be hit.
        zIndex: LARGEST - diameter,
      });
      this.#clusters.set(key, style);
    }
    return style;
  }

  /** One picture for each size, whatever its number. */
  #circle(diameter: number): CircleStyle {
    let known = this.#circles.get(diameter);
    if (!known) {
      known = circle(this.#colours, diameter);
      this.#circles.set(diameter, known);
    }
    return known;
  }
}

function circle(colours: MapColours, diameter: number): CircleStyle {
  return new CircleStyle({
    radius: diameter / 2,
    fill: new Fill({ color: colours.historyFill }),
    stroke: new Stroke({ color: colours.historyRing, width: 1 }),
  });
}

function countText(colours: MapColours, diameter: number, text: string): Text {
  return new Text({
    text,
    font: `500 ${diameter < 26 ? 10 : 11}px 'Inter Variable', Inter, system-ui, sans-serif`,
    fill: new Fill({ color: colours.historyText }),
    offsetY: 1,
  });
}
