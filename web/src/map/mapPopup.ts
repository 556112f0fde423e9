import type { Scene } from "../fleet/scene";
import type { Place } from "../lib/place";
import type { Readable } from "../lib/readable";
import { Value } from "../lib/readable";
import type { LivePosition } from "../live/position";
import type { VisibleArea } from "../live/viewReport";
import type { Pixel } from "./view/pixel";

const MOST_DEVICES = 100;

/** What the popup at a place of the map offers. */
export interface PopupContent {
  /** Pixels of the map. */
  readonly x: number;
  readonly y: number;
  readonly place: Place;
  /** The devices at that place, nearest first. */
  readonly devices: readonly LivePosition[];
  /** A choice between several devices, or the menu of actions. */
  readonly kind: "devices" | "menu";
}

/** The popup of the map, as the panels see it. */
export interface Popup {
  readonly state: Readable<PopupContent | null>;
  close(): void;
}

export class MapPopup implements Popup {
  readonly state = new Value<PopupContent | null>(null);
  readonly #scene: () => Scene;
  #area: VisibleArea | null = null;

  constructor(scene: () => Scene) {
    this.#scene = scene;
  }

  open(kind: PopupContent["kind"], [x, y]: Pixel, place: Place, deviceIds: readonly string[]): void {
    const { store, now } = this.#scene();
    const known = deviceIds
      .slice(0, MOST_DEVICES)
      .map((deviceId) => store.positionAt(store.row(deviceId) ?? -1, now()));
    this.state.set({ x, y, place, devices: known.filter((position) => position !== null), kind });
  }

  readonly close = (): void => this.state.set(null);

  /** Called with each frame: the popup closes when the map moves. */
  onMapMove(area: VisibleArea): void {
    const before = this.#area;
    this.#area = area;
    const unchanged = before?.west === area.west && before.north === area.north && before.zoom === area.zoom;
    if (before && !unchanged) this.close();
  }
}
