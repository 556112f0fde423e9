import { fetchDevice, fetchDevices } from "../api/devices";
import { type FleetQuery, fetchFleetBox } from "../fleet/fleetBox";
import type { Scene } from "../fleet/scene";
import { boxAround } from "../lib/box";
import type { Place } from "../lib/place";
import type { Readable } from "../lib/readable";
import { Value } from "../lib/readable";
import type { LiveLayer } from "./markers/liveLayer";
import type { MapView } from "./view/mapView";

const REQUEST_INTERVAL = 5000; // ms, for the places of devices that are not in view

export interface FollowCameraOptions {
  readonly view: MapView;
  readonly markers: () => LiveLayer;
  readonly scene: () => Scene;
  readonly members: Readable<readonly string[]>;
  readonly selected: Readable<string | null>;
  /** The newest known of the selected device. */
  readonly position: Readable<Place | null>;
}

/** Moves the map with the selection: one device stays in the middle, several stay in view. */
export class FollowCamera {
  readonly on = new Value(false);
  readonly #options: FollowCameraOptions;
  readonly #ended = new AbortController();
  #places = new Map<string, Place>();
  #requestedAt = Number.NEGATIVE_INFINITY;

  constructor(options: FollowCameraOptions) {
    this.#options = options;
  }

  set(on: boolean): void {
    const { selected, markers } = this.#options;
    this.#requestedAt = Number.NEGATIVE_INFINITY;
    this.on.set(on && selected.get() !== null);
    markers().wake();
  }

  /** In a replay, fits the devices that the filter shows. */
  async fitFleet(base: string, query: FleetQuery): Promise<void> {
    const { past, store, now } = this.#options.scene();
    // The connection badge shows that the server does not answer.
    const box = past
      ? boxAround(store.shown(now()))
      : await fetchFleetBox(base, query, this.#ended.signal).catch(() => null);
    this.set(false);
    if (box && !this.#ended.signal.aborted) this.#options.view.fit(box);
  }

  /** Moves the map to the selected device where it is out of view. */
  async reveal(deviceId: string): Promise<void> {
    const { view, markers, scene, selected } = this.#options;
    await new Promise(requestAnimationFrame); // in which the detail panel opens, which may cover the device
    const marker = markers().displayedMarker(deviceId);
    // A marker out of view may be where the device left it. In a replay it is where the device was.
    const known = scene().past || (marker !== null && view.shows(marker.pixel));
    const place = known ? marker : await this.#fetchPlace(deviceId);
    if (place && deviceId === selected.get() && !this.#ended.signal.aborted) view.moveIntoView(place);
  }

  /** The detail panel reports a device that fails to load. */
  #fetchPlace(deviceId: string): Promise<Place | null> {
    return fetchDevice(deviceId, this.#ended.signal).then(
      ({ position }) => position ?? null,
      () => null,
    );
  }

  stop(): void {
    this.#ended.abort();
  }

  /** Called with each frame; true when it drew the map. */
  onFrame(): boolean {
    const { view, markers, members, selected, position } = this.#options;
    const deviceId = selected.get();
    if (!this.on.get() || deviceId === null || members.get().length > 1) return false;
    const place = markers().displayedMarker(deviceId) ?? position.get();
    return place !== null && view.centreOn(place);
  }

  /** Twice a second. */
  keepGroupInView(): void {
    const { view, markers, members } = this.#options;
    const wanted = members.get();
    if (!this.on.get() || wanted.length < 2) return;
    const places = wanted.map((deviceId) => markers().displayedMarker(deviceId) ?? this.#places.get(deviceId));
    if (performance.now() - this.#requestedAt > REQUEST_INTERVAL)
      void this.#fetchPlaces(wanted.filter((_, i) => !places[i]));
    const box = boxAround(places.filter((place) => place !== undefined));
    if (box) view.keepInView(box);
  }

  async #fetchPlaces(device: readonly string[]): Promise<void> {
    this.#requestedAt = performance.now();
    if (device.length === 0) return;
    // A failed request is repeated in five seconds.
    const page = await fetchDevices({ device, limit: device.length }, this.#ended.signal).catch(() => null);
    if (!page) return;
    const places = page.devices.flatMap(({ device_id, position }) =>
      position ? [[device_id, position] as const] : [],
    );
    this.#places = new Map(places);
  }
}
