import type { Scene } from "../fleet/scene";
import type { Place } from "../lib/place";
import type { Readable } from "../lib/readable";
import { Value } from "../lib/readable";
import type { LivePosition } from "../live/position";
import type { VisibleArea } from "../live/viewReport";
import type { Pixel } from "./view/pixel";

const MOST_HERE = 100;

/** A spot of the map that something is asked about. */
export interface Spot {
  /** Pixels of the map. */
  readonly x: number;
  readonly y: number;
  readonly place: Place;
  /** Those that lie there, nearest first. */
  readonly devices: readonly LivePosition[];
  /** Which of them was meant, or what should be done there. */
  readonly asks: "which" | "what";
}

export interface Spots {
  readonly state: Readable<Spot | null>;
  close(): void;
}

export class MapSpots implements Spots {
  readonly state = new Value<Spot | null>(null);
  readonly #scene: () => Scene;
  #area: VisibleArea | null = null;

  constructor(scene: () => Scene) {
    this.#scene = scene;
  }

  ask(asks: Spot["asks"], [x, y]: Pixel, place: Place, deviceIds: readonly string[]): void {
    const { store, now } = this.#scene();
    const known = deviceIds.slice(0, MOST_HERE).map((deviceId) => store.positionAt(store.row(deviceId) ?? -1, now()));
    this.state.set({ x, y, place, devices: known.filter((position) => position !== null), asks });
  }

  readonly close = (): void => this.state.set(null);

  /** With each frame: what is asked goes once the map moves away under it. */
  moved(area: VisibleArea): void {
    const before = this.#area;
    this.#area = area;
    const still = before?.west === area.west && before.north === area.north && before.zoom === area.zoom;
    if (before && !still) this.close();
  }
}
