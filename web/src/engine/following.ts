import { fetchDevices } from "../api/devices";
import type { LiveLayer } from "../map/liveLayer";
import type { MapView } from "../map/mapView";
import { boxAround, fetchFleetBox } from "./fleetBox";
import { Value } from "./readable";
import type { Place, Readable } from "./types";

const ASK_EVERY = 5000; // ms, for the places of devices that are not in view

export interface FollowingOptions {
  readonly view: MapView;
  readonly markers: () => LiveLayer;
  readonly members: Readable<readonly string[]>;
  readonly selected: Readable<string | null>;
  /** The newest known of the selected device. */
  readonly position: Readable<Place | null>;
}

/** Moves the map after what is selected: one device stays in the middle, several stay in view. */
export class Following {
  readonly on = new Value(false);
  readonly #options: FollowingOptions;
  readonly #ended = new AbortController();
  #asked = new Map<string, Place>();
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  set(on: boolean): void {
    const { selected, markers } = this.#options;
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.on.set(on && selected.get() !== null);
    markers().wake();
  }

  async fitFleet(base: string): Promise<void> {
    // The connection badge tells of a server that does not answer.
    const box = await fetchFleetBox(base, this.#ended.signal).catch(() => null);
    this.set(false);
    if (box && !this.#ended.signal.aborted) this.#options.view.fit(box);
  }

  stop(): void {
    this.#ended.abort();
  }

  /** With each frame; true when it had the map drawn. */
  frame(): boolean {
    const { view, markers, members, selected, position } = this.#options;
    const deviceId = selected.get();
    if (!this.on.get() || deviceId === null || members.get().length > 1) return false;
    const place = markers().shown(deviceId) ?? position.get();
    return place !== null && view.centreOn(place);
  }

  /** Twice a second. */
  look(): void {
    const { view, markers, members } = this.#options;
    const wanted = members.get();
    if (!this.on.get() || wanted.length < 2) return;
    const places = wanted.map((deviceId) => markers().shown(deviceId) ?? this.#asked.get(deviceId));
    if (performance.now() - this.#askedAt > ASK_EVERY) void this.#ask(wanted.filter((_, i) => !places[i]));
    const box = boxAround(places.filter((place) => place !== undefined));
    if (box) view.keepInView(box);
  }

  async #ask(device: readonly string[]): Promise<void> {
    this.#askedAt = performance.now();
    if (device.length === 0) return;
    // What cannot be had now is asked for again in five seconds.
    const page = await fetchDevices({ device, limit: device.length }, this.#ended.signal).catch(() => null);
    if (!page) return;
    const placed = page.devices.flatMap(({ device_id, position }) =>
      position ? [[device_id, position] as const] : [],
    );
    this.#asked = new Map(placed);
  }
}
