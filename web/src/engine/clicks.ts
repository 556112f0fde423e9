import type { MapLayers } from "../map/mapLayers";
import type { MapView, Pixel } from "../map/mapView";
import { isPosition } from "./historyMark";
import type { Pointing } from "./pointing";
import type { Engine } from "./types";

const CLUSTER_CLOSEST = 18; // zoom

export interface ClicksOptions {
  readonly engine: Pick<Engine, "select" | "follow">;
  readonly pointing: Pointing;
  readonly layers: MapLayers;
  readonly view: MapView;
}

/** What a click on the map does. */
export class Clicks {
  readonly #options: ClicksOptions;

  constructor(options: ClicksOptions) {
    this.#options = options;
  }

  once(pixel: Pixel, touch: boolean): void {
    const { engine, pointing, view } = this.#options;
    const { deviceId, stored } = pointing.at(pixel, touch);
    pointing.pin(stored);
    if (!stored) engine.select(deviceId);
    else if (!isPosition(stored.mark)) {
      engine.follow(false);
      view.fit(stored.mark.box, true, CLUSTER_CLOSEST);
    }
  }

  /** True when it was for a device. */
  twice(pixel: Pixel): boolean {
    const { engine, pointing, layers, view } = this.#options;
    const { deviceId } = pointing.at(pixel, false);
    const place = deviceId === null ? null : layers.markers.shown(deviceId);
    if (!place) return false;
    engine.select(deviceId);
    view.flyTo(place);
    engine.follow(true);
    return true;
  }
}
