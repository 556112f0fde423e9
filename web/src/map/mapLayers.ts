import type BaseLayer from "ol/layer/Base";
import type { Layers, Theme } from "../engine/types";
import { Basemap } from "./basemap";
import { HistoryLayer } from "./historyLayer";
import type { LiveLayerOptions } from "./liveLayer";
import { LiveLayer } from "./liveLayer";
import { Streets } from "./streets";
import { TrackLayer } from "./trackLayer";

export interface MapLayersOptions extends LiveLayerOptions {
  readonly base: string;
  /** Where the streets of the synthetic city are, if there is one. */
  readonly streets: string | null;
  /** The history layer draws more, or could not have it. */
  readonly onHistory: () => void;
}

/** All that is on the map, from the ground up. */
export class MapLayers {
  readonly history: HistoryLayer;
  readonly track: TrackLayer;
  readonly live: LiveLayer;
  readonly #basemap: Basemap;
  readonly #streets: Streets;

  constructor(options: MapLayersOptions) {
    const { base, theme, streets, onHistory } = options;
    this.#basemap = new Basemap({ base, theme, onFailure: warn });
    this.#streets = new Streets(theme);
    this.history = new HistoryLayer({ base, theme, onChange: onHistory });
    this.track = new TrackLayer(theme);
    this.live = new LiveLayer(options);
    if (streets) this.#streets.load(new URL(streets, base)).catch(warn);
  }

  get all(): BaseLayer[] {
    const { ground, names } = this.#basemap;
    return [...ground, this.#streets.layer, this.history.layer, names, this.track.layer, this.live.layer];
  }

  setTheme(theme: Theme): void {
    for (const part of [this.#basemap, this.#streets, this.history, this.track, this.live]) part.setTheme(theme);
  }

  show(name: keyof Layers, on: boolean): void {
    const layers: Record<keyof Layers, () => void> = {
      live: () => this.live.setVisible(on),
      history: () => this.history.layer.setVisible(on),
      track: () => this.track.layer.setVisible(on),
      labels: () => this.live.setLabels(on),
    };
    layers[name]();
  }

  dispose(): void {
    this.#streets.dispose();
    this.history.dispose();
    this.live.dispose();
  }
}

/** The map goes on without what cannot be had. */
function warn(problem: unknown): void {
  console.warn(problem instanceof Error ? problem.message : problem);
}
