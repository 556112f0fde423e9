import type BaseLayer from "ol/layer/Base";
import LayerGroup from "ol/layer/Group";
import type { Colouring } from "../fleet/colouring";
import type { Theme } from "../settings/theme";
import { Basemap } from "./basemap/basemap";
import { Streets } from "./basemap/streets";
import { HistoryLayer } from "./history/historyLayer";
import type { Layers } from "./layers";
import { DEFAULT_LAYERS } from "./layers";
import type { LiveLayerOptions } from "./markers/liveLayer";
import { LiveLayer } from "./markers/liveLayer";
import { MeasureLayer } from "./measure/measureLayer";
import { TrackLayer } from "./track/trackLayer";

export interface MapLayersOptions extends LiveLayerOptions {
  readonly base: string;
  /** Where the streets of the synthetic city are, if there is one. */
  readonly streets: string | null;
  /** The history layer draws more, or could not have it. */
  readonly onHistory: () => void;
}

/** All that is on the map, from the ground up. */
export class MapLayers {
  readonly basemap: Basemap;
  readonly history: HistoryLayer;
  readonly track: TrackLayer;
  readonly live: LiveLayer;
  readonly measure: MeasureLayer;
  readonly #options: MapLayersOptions;
  readonly #markers: LayerGroup;
  #replay: LiveLayer | null = null;
  #layers = DEFAULT_LAYERS;
  #theme: Theme;
  #colouring: Colouring = "status";
  readonly #streets: Streets;

  constructor(options: MapLayersOptions) {
    const { base, theme, streets, onHistory } = options;
    this.basemap = new Basemap({ base, theme, onFailure: warn });
    this.#streets = new Streets(theme);
    this.history = new HistoryLayer({ base, theme, onChange: onHistory });
    this.track = new TrackLayer(theme);
    this.live = new LiveLayer(options);
    this.measure = new MeasureLayer(theme);
    this.#options = options;
    this.#theme = theme;
    this.#markers = new LayerGroup({ layers: [this.live.layer] });
    if (streets) this.#streets.load(new URL(streets, base)).catch(warn);
  }

  get all(): BaseLayer[] {
    const { ground, names } = this.basemap;
    const above = [this.track.layer, this.#markers, this.measure.layer];
    return [ground, this.#streets.layer, this.history.layer, names, ...above];
  }

  /** Those on the map: live, or of the past. */
  get markers(): LiveLayer {
    return this.#replay ?? this.live;
  }

  /** Markers of the past in place of the live ones, which are kept but not drawn; null brings those back. */
  showReplay(past: Pick<LiveLayerOptions, "store" | "serverNow" | "clock"> | null): void {
    this.#replay?.setTrails(false);
    this.#replay?.dispose();
    this.#replay = past && new LiveLayer({ ...this.#options, theme: this.#theme, ...past });
    this.#markers.getLayers().setAt(0, this.markers.layer);
    this.markers.setLabels(this.#layers.labels);
    this.markers.setColouring(this.#colouring);
    this.#replay?.setTrails(this.#layers.trails);
    this.#applyVisibility();
  }

  setTheme(theme: Theme): void {
    this.#theme = theme;
    for (const part of [this.basemap, this.#streets, this.history, this.track, this.live, this.measure])
      part.setTheme(theme);
    this.#replay?.setTheme(theme);
  }

  setColouring(colouring: Colouring): void {
    this.#colouring = colouring;
    for (const part of [this.live, this.#replay]) part?.setColouring(colouring);
  }

  show(name: keyof Layers, on: boolean): void {
    this.#layers = { ...this.#layers, [name]: on };
    if (name === "labels") this.markers.setLabels(on);
    if (name === "trails") for (const part of [this.live, this.#replay]) part?.setTrails(on);
    if (name === "ahead") this.live.setLookahead(on);
    if (name === "density") this.history.setDensity(on);
    this.#applyVisibility();
  }

  /** The track is one of the last hour, so that it has no place in another time. */
  #applyVisibility(): void {
    const { live, history, track } = this.#layers;
    const past = this.#replay !== null;
    this.live.setVisible(live && !past);
    this.#replay?.setVisible(live);
    this.history.layer.setVisible(history);
    this.track.layer.setVisible(track && !past);
  }

  dispose(): void {
    this.basemap.dispose();
    this.#streets.dispose();
    this.history.stop();
    this.#replay?.dispose();
    this.live.dispose();
  }
}

/** The map goes on without what cannot be had. */
function warn(problem: unknown): void {
  console.warn(problem instanceof Error ? problem.message : problem);
}
