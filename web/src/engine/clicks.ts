import { isPosition } from "../map/history/historyMark";
import type { MapLayers } from "../map/mapLayers";
import type { Pointing } from "../map/pointing";
import type { MapSpots } from "../map/spots";
import type { MapView } from "../map/view/mapView";
import type { Pixel } from "../map/view/pixel";
import type { Engine } from "./engine";

const CLUSTER_CLOSEST = 18; // zoom
const HERE_REACH = 12; // pixels in which markers lie on one spot
const MENU_REACH = 20;

export interface ClicksOptions {
  readonly engine: Pick<Engine, "select" | "follow" | "selection" | "group" | "measure">;
  readonly spots: MapSpots;
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

  once(pixel: Pixel, touch: boolean, shift: boolean): void {
    const { engine, pointing, view, spots } = this.#options;
    const place = view.placeAt(pixel);
    spots.close();
    if (engine.measure.points.get()) {
      engine.measure.add(place);
      return;
    }
    const here = this.#here(pixel);
    const { deviceId, stored } = pointing.at(pixel, touch);
    pointing.pin(stored);
    if (here.length > 1 && !shift) spots.ask("which", pixel, place, here);
    else if (shift && deviceId !== null) engine.group.toggle(deviceId);
    else if (!stored) engine.select(deviceId);
    else if (!isPosition(stored.mark)) {
      engine.follow(false);
      view.fit(stored.mark.box, true, CLUSTER_CLOSEST);
    }
  }

  /** Asks what to do at the pixel; by the keyboard, at the selected device or in the middle. */
  menu(pixel: Pixel | null): void {
    const { engine, layers, view, spots } = this.#options;
    const selected = engine.selection.get();
    const marker = selected === null ? null : layers.markers.shown(selected);
    const asked = pixel ?? (marker && view.shows(marker.pixel) ? marker.pixel : view.middle);
    const near = pixel || !marker ? layers.markers.within(asked, MENU_REACH).slice(0, 1) : selected ? [selected] : [];
    spots.ask("what", asked, view.placeAt(asked), near);
  }

  box(corner: Pixel, opposite: Pixel): void {
    const { engine, layers } = this.#options;
    engine.group.add(layers.markers.inBox(corner, opposite));
  }

  #here(pixel: Pixel): readonly string[] {
    return this.#options.layers.markers.within(pixel, HERE_REACH);
  }

  /** True when it was for a device. */
  twice(pixel: Pixel): boolean {
    const { engine, pointing, layers, view, spots } = this.#options;
    if (engine.measure.points.get()) return true;
    spots.close();
    const { deviceId } = pointing.at(pixel, false);
    const place = deviceId === null ? null : layers.markers.shown(deviceId);
    if (!place) return false;
    engine.select(deviceId);
    view.flyTo(place);
    engine.follow(true);
    return true;
  }
}
