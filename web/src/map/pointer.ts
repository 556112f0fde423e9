import type { Scene } from "../fleet/scene";
import { Value } from "../lib/readable";
import type { LivePosition } from "../live/position";
import type { DrawnMark } from "./history/historyLayer";
import { isPosition, type StoredPosition } from "./history/historyMark";
import type { MapLayers } from "./mapLayers";
import type { MapView } from "./view/mapView";
import type { Pixel } from "./view/pixel";

export interface Hover {
  /** CSS pixels from the top left of the mounted element. */
  readonly x: number;
  readonly y: number;
  readonly position: LivePosition;
}

export interface StoredHover {
  /** As those of `Hover`. */
  readonly x: number;
  readonly y: number;
  readonly position: StoredPosition;
  /** Of the device, where it is known. */
  readonly name: string | null;
  /** It was clicked, and stays until something else is. */
  readonly pinned: boolean;
}

const MOUSE_REACH = 14; // pixels
const TOUCH_REACH = 24;

export interface MapPointerOptions {
  readonly layers: MapLayers;
  readonly view: MapView;
  readonly scene: () => Scene;
}

/** At most one of the two: live markers lie above what was stored. */
export interface PointerTarget {
  readonly deviceId: string | null;
  readonly stored: DrawnMark | null;
}

/** The device or stored position under the pointer, and the stored position that was clicked. */
export class MapPointer {
  readonly hover = new Value<Hover | null>(null);
  readonly stored = new Value<StoredHover | null>(null);
  readonly #options: MapPointerOptions;
  #pointer: Pixel | null = null;
  #pinned: DrawnMark | null = null;

  constructor(options: MapPointerOptions) {
    this.#options = options;
  }

  at(pixel: Pixel, touch: boolean): PointerTarget {
    const { layers, view } = this.#options;
    const reach = touch ? TOUCH_REACH : MOUSE_REACH;
    const deviceId = layers.markers.pick(...pixel, reach);
    return { deviceId, stored: deviceId === null ? layers.history.at(view.map, pixel, reach) : null };
  }

  move(pixel: Pixel | null): void {
    this.#pointer = pixel;
    const { deviceId, stored } = pixel ? this.at(pixel, false) : { deviceId: null, stored: null };
    this.#options.layers.markers.setHovered(deviceId);
    this.#options.view.setPointing(deviceId !== null || stored !== null);
    this.hover.set(pixel && this.#hoverOf(deviceId, pixel));
    if (!this.#pinned) this.#show(stored, false);
  }

  /** Markers move under a pointer that rests, so the hovered device changes without an event of the pointer. */
  refresh(): void {
    if (this.hover.get()) this.move(this.#pointer);
  }

  /** Keeps a stored position shown after a click; ignores anything else. */
  pin(drawn: DrawnMark | null): void {
    this.#pinned = drawn && isPosition(drawn.mark) ? drawn : null;
    this.#show(this.#pinned, this.#pinned !== null);
  }

  /** The map moved: the card of a pinned position moves with its place. */
  onMapMove(): void {
    const shown = this.stored.get();
    if (!shown || !this.#pinned) return;
    const pixel = this.#options.view.pixelOf(this.#pinned.place);
    if (pixel === null) this.pin(null);
    else if (pixel[0] !== shown.x || pixel[1] !== shown.y) this.stored.set({ ...shown, x: pixel[0], y: pixel[1] });
  }

  #hoverOf(deviceId: string | null, [x, y]: Pixel): Hover | null {
    const { store, now } = this.#options.scene();
    const row = deviceId === null ? undefined : store.row(deviceId);
    const position = row === undefined ? null : store.positionAt(row, now());
    return position && { x, y, position };
  }

  #show(drawn: DrawnMark | null, pinned: boolean): void {
    const pixel = drawn && this.#options.view.pixelOf(drawn.place);
    if (!drawn || !pixel || !isPosition(drawn.mark)) {
      this.stored.set(null);
      return;
    }
    const position = drawn.mark;
    const [x, y] = pixel;
    const shown = this.stored.get();
    if (shown?.position === position && shown.pinned === pinned && shown.x === x && shown.y === y) return;
    const { store } = this.#options.scene();
    const name = store.deviceName(position.device_id) ?? null;
    this.stored.set({ x, y, position, name, pinned });
  }
}
