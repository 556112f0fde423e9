import { isPosition } from "../map/history/historyMark";
import type { MapLayers } from "../map/mapLayers";
import type { MapPopup } from "../map/mapPopup";
import type { MapPointer } from "../map/pointer";
import type { MapView } from "../map/view/mapView";
import type { Pixel } from "../map/view/pixel";
import type { Engine } from "./engine";

const CLUSTER_CLOSEST = 18; // zoom
const DEVICES_REACH = 12; // pixels in which markers lie on one spot
const MENU_REACH = 20;

export interface ClickHandlerOptions {
  readonly engine: Pick<Engine, "select" | "follow" | "selection" | "group" | "measure">;
  readonly popup: MapPopup;
  readonly pointer: MapPointer;
  readonly layers: MapLayers;
  readonly view: MapView;
}

/** The actions of clicks on the map. */
export class ClickHandler {
  readonly #options: ClickHandlerOptions;

  constructor(options: ClickHandlerOptions) {
    this.#options = options;
  }

  click(pixel: Pixel, touch: boolean, shift: boolean): void {
    const { engine, pointer, view, popup } = this.#options;
    const place = view.placeAt(pixel);
    popup.close();
    if (engine.measure.points.get()) {
      engine.measure.add(place);
      return;
    }
    const deviceIds = this.#devicesAt(pixel);
    const { deviceId, stored } = pointer.at(pixel, touch);
    pointer.pin(stored);
    if (deviceIds.length > 1 && !shift) popup.open("devices", pixel, place, deviceIds);
    else if (shift && deviceId !== null) engine.group.toggle(deviceId);
    else if (!stored) engine.select(deviceId);
    else if (!isPosition(stored.mark)) {
      engine.follow(false);
      view.fit(stored.mark.box, true, CLUSTER_CLOSEST);
    }
  }

  /** Opens the menu at the pixel; from the keyboard, at the selected device or in the middle of the map. */
  openMenu(pixel: Pixel | null): void {
    const { engine, layers, view, popup } = this.#options;
    const selected = engine.selection.get();
    const marker = selected === null ? null : layers.markers.displayedMarker(selected);
    const anchor = pixel ?? (marker && view.shows(marker.pixel) ? marker.pixel : view.middle);
    const near =
      pixel || !marker ? layers.markers.devicesWithin(anchor, MENU_REACH).slice(0, 1) : selected ? [selected] : [];
    popup.open("menu", anchor, view.placeAt(anchor), near);
  }

  selectBox(corner: Pixel, opposite: Pixel): void {
    const { engine, layers } = this.#options;
    engine.group.add(layers.markers.devicesInBox(corner, opposite));
  }

  #devicesAt(pixel: Pixel): readonly string[] {
    return this.#options.layers.markers.devicesWithin(pixel, DEVICES_REACH);
  }

  /** True when it was on a device. */
  doubleClick(pixel: Pixel): boolean {
    const { engine, pointer, layers, view, popup } = this.#options;
    if (engine.measure.points.get()) return true;
    popup.close();
    const { deviceId } = pointer.at(pixel, false);
    const place = deviceId === null ? null : layers.markers.displayedMarker(deviceId);
    if (!place) return false;
    engine.select(deviceId);
    view.flyTo(place);
    engine.follow(true);
    return true;
  }
}
