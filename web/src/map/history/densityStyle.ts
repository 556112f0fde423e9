import Icon from "ol/style/Icon";
import Style from "ol/style/Style";
import type { MapColours } from "../view/mapColours";
import { densityStep } from "./densityStep";

// Cells are at least 64 pixels wide, so that neighbours run into each other.
const REACH = 56; // pixels

/** A glow without an edge or a number, coloured by its number of positions; larger numbers lie above. */
export class DensityStyle {
  readonly #styles: readonly Style[];

  constructor(colours: MapColours) {
    this.#styles = colours.density.map(
      (colour, step) => new Style({ image: new Icon({ img: glow(colour, step) }), zIndex: step }),
    );
  }

  styleFor(count: number): Style | undefined {
    return this.#styles[densityStep(count)];
  }
}

/** The fewer, the fainter and smaller. */
function glow(colour: string, step: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * REACH;
  const brush = canvas.getContext("2d");
  if (!brush) return canvas;
  const gradient = brush.createRadialGradient(REACH, REACH, 0, REACH, REACH, REACH * (0.55 + 0.09 * step));
  for (const [place, opacity] of [
    [0, 0.8],
    [0.35, 0.6],
    [0.7, 0.2],
    [1, 0],
  ] as const) {
    gradient.addColorStop(place, faded(colour, opacity));
  }
  brush.fillStyle = gradient;
  brush.fillRect(0, 0, 2 * REACH, 2 * REACH);
  return canvas;
}

/** `#rrggbb` with an opacity. */
function faded(colour: string, opacity: number): string {
  return `${colour}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0")}`;
}
