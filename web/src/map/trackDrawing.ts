import type { Scene } from "../fleet/scene";
import type { Readable } from "../lib/readable";
import type { LivePosition } from "../live/position";
import type { MapLayers } from "./mapLayers";
import type { TrackLoader } from "./track/trackLoader";

export interface TrackDrawingOptions {
  readonly tracks: TrackLoader;
  readonly layers: MapLayers;
  readonly scene: () => Scene;
  /** Of the selected device. */
  readonly position: Readable<LivePosition | null>;
}

/** The track of the selected device on the map, as long as its newest fix. */
export class TrackDrawing {
  readonly #options: TrackDrawingOptions;
  #stops: (() => void)[] = [];

  constructor(options: TrackDrawingOptions) {
    this.#options = options;
  }

  start(): void {
    const { tracks, position } = this.#options;
    // Positions of a device out of view come only from the selection.
    this.#stops = [tracks.state.subscribe(this.#show), position.subscribe(this.#lengthen)];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** Its marker has moved on. */
  refresh(): void {
    if (this.#options.tracks.state.get()) this.#show();
  }

  /** The line ends at the marker, which is still on its way to the newest fix. */
  readonly #show = (): void => {
    const { tracks, layers } = this.#options;
    const track = tracks.state.get();
    const shown = track && layers.markers.displayedMarker(track.device_id);
    const points = track?.points ?? [];
    const last = points.at(-1);
    layers.track.show(shown && last ? [...points.slice(0, -1), { ...last, ...shown }] : points);
  };

  readonly #lengthen = (): void => {
    const { tracks, position, scene } = this.#options;
    const newest = position.get();
    if (newest && !scene().past) tracks.append(newest);
  };
}
