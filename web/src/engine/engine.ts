import { MapLayers } from "../map/mapLayers";
import { MapView } from "../map/mapView";
import { AddressedBasemap } from "./addressedBasemap";
import { Clicks } from "./clicks";
import type { Colouring } from "./colouring";
import { DeviceStore } from "./deviceStore";
import { fetchFleetBox } from "./fleetBox";
import { FleetIntake } from "./fleetIntake";
import { History } from "./history";
import type { Message } from "./message";
import { Pointing } from "./pointing";
import { Value } from "./readable";
import { ReplayAddress } from "./replayAddress";
import { ReplayPlayer } from "./replayPlayer";
import type { Scene } from "./scene";
import { Selection } from "./selection";
import { LiveSocket } from "./socket";
import { stillMessages } from "./stillMessages";
import { setTestHooks, testHooks } from "./testHooks";
import { TrackLoader } from "./trackLoader";
import type { Drawing, Engine, EngineOptions, Filter, Layers, Padding, Place, Stats, Theme, TimeRange } from "./types";
import { FIRST_LAYERS } from "./types";
import { ViewReporter } from "./viewReporter";

const LOOK_PACE = 500; // ms

export function createEngine(options: EngineOptions): Engine {
  return new MapEngine(options);
}

/** Joins the parts: what the socket says goes into the store, what the store holds is drawn. */
class MapEngine implements Engine {
  readonly stats = new Value<Stats | null>(null);
  readonly following = new Value(false);
  readonly shown = new Value(0);
  readonly drawing = new Value<Drawing>("full");
  readonly layers = new Value<Layers>(FIRST_LAYERS);
  readonly basemap: AddressedBasemap;
  readonly replay: ReplayPlayer;
  readonly #address: ReplayAddress;
  readonly #options: EngineOptions;
  readonly #store = new DeviceStore();
  readonly #intake = new FleetIntake({ store: this.#store, onPosition: (position) => this.#tracks.append(position) });
  readonly #socket: LiveSocket;
  readonly #selection: Selection;
  readonly #tracks: TrackLoader;
  readonly #history: History;
  readonly #map: MapLayers;
  readonly #view: MapView;
  readonly #pointing: Pointing;
  readonly #clicks: Clicks;
  readonly #reporter: ViewReporter;
  readonly #calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  readonly #ended = new AbortController();
  #filter: Filter = { statuses: null, kinds: null };
  #lookTimer: ReturnType<typeof setInterval> | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { base, config, still, theme = "dark" } = options;
    const [store, serverNow] = [this.#store, this.#serverNow];
    this.#socket = new LiveSocket({ base, onMessage: still ? stillMessages(this.#take) : this.#take });
    this.#reporter = new ViewReporter((view) => this.#socket.setView(view));
    this.#selection = new Selection({ base, scene: this.#scene });
    this.#tracks = new TrackLoader(base);
    this.#history = new History(base);
    const { onFrame, onHistory } = { onFrame: this.#followFrame, onHistory: this.#surveyHistory };
    this.#map = new MapLayers({ base, store, serverNow, theme, streets: config.streets, onFrame, onHistory });
    this.basemap = new AddressedBasemap(config.basemaps, this.#map.basemap);
    this.#view = this.#createView();
    this.#pointing = new Pointing({ layers: this.#map, view: this.#view, scene: this.#scene });
    this.#clicks = new Clicks({ engine: this, pointing: this.#pointing, layers: this.#map, view: this.#view });
    this.replay = new ReplayPlayer({
      base,
      serverNow,
      nameOf: (deviceId) => store.positions[store.row(deviceId) ?? -1]?.name,
      selected: this.selection.get,
      heard: () => this.#intake.heard,
      onScene: this.#changeScene,
      onChange: () => this.#map.markers.wake(),
    });
    this.#address = new ReplayAddress(this.replay);
  }

  get connection() {
    return this.#socket.connection;
  }
  get selection() {
    return this.#selection.deviceId;
  }
  get selectedPosition() {
    return this.#selection.position;
  }
  get view() {
    return this.#reporter.box;
  }
  get hover() {
    return this.#pointing.hover;
  }
  get stored() {
    return this.#pointing.stored;
  }
  get history() {
    return this.#history.state;
  }
  get track() {
    return this.#tracks.state;
  }

  mount(element: HTMLElement): void {
    if (this.#lookTimer !== null || this.#ended.signal.aborted) return;
    this.#history.drawing.subscribe(this.#drawHistory);
    this.#tracks.state.subscribe(this.#showTrack);
    // Out of view the device is heard of here alone.
    this.selectedPosition.subscribe(this.#lengthenTrack);
    this.#calm.addEventListener("change", this.#readCalm);
    this.#readCalm();
    this.#lookTimer = setInterval(this.#look, LOOK_PACE);
    setTestHooks(testHooks({ layers: this.#map, view: this.#view, scene: this.#scene, counts: this.#intake.counts }));
    this.#view.mount(element);
    this.#socket.start();
    this.#history.start();
    this.#address.start();
    this.basemap.start();
    if (!this.#options.config.start && !this.#view.placed) this.fitFleet();
  }

  dispose(): void {
    this.#ended.abort();
    this.#calm.removeEventListener("change", this.#readCalm);
    if (this.#lookTimer !== null) clearInterval(this.#lookTimer);
    for (const part of [this.#address, this.basemap, this.replay]) part.stop();
    for (const part of [this.#reporter, this.#socket, this.#selection, this.#tracks, this.#history]) part.stop();
    this.#map.dispose();
    this.#view.dispose();
    setTestHooks(undefined);
  }

  select(deviceId: string | null): void {
    if (deviceId === this.selection.get()) return;
    this.following.set(false);
    this.#selection.set(deviceId);
    this.#map.markers.setSelected(deviceId);
    this.#tracks.show(deviceId, this.#serverNow());
  }

  follow(on: boolean): void {
    this.following.set(on && this.selection.get() !== null);
    this.#map.markers.wake();
  }

  fitFleet(): void {
    fetchFleetBox(this.#options.base, this.#ended.signal)
      .then((box) => {
        this.following.set(false);
        if (box) this.#view.fit(box);
      })
      // The connection badge tells of a server that does not answer.
      .catch(() => undefined);
  }

  flyTo(place: Place): void {
    this.#view.flyTo(place);
  }

  zoomBy(delta: number): void {
    this.#view.zoomBy(delta);
  }

  setFilter(filter: Filter): void {
    this.#filter = filter;
    this.#applyFilter();
  }

  setLayer(name: keyof Layers, on: boolean): void {
    this.layers.set({ ...this.layers.get(), [name]: on });
    this.#map.show(name, on);
    if (name !== "history") return;
    this.#history.setOn(on);
    this.#pointing.pin(null);
  }

  showHistory(range: TimeRange | null): void {
    this.#history.show(range);
  }

  refreshHistory(): void {
    this.#history.refresh();
  }

  retryNow(): void {
    this.#socket.retryNow();
  }

  readonly setTheme = (theme: Theme): void => this.#map.setTheme(theme);
  readonly setColouring = (colouring: Colouring): void => this.#map.setColouring(colouring);

  setPadding(padding: Padding): void {
    this.#view.setPadding(padding);
  }

  readonly #serverNow = (): number => Date.now() + this.connection.get().serverOffset;

  readonly #scene = (): Scene => {
    const past = this.replay.state.get() !== null;
    return past
      ? { store: this.replay.store, now: this.replay.clock.time, past }
      : { store: this.#store, now: this.#serverNow, past };
  };

  readonly #changeScene = (past: boolean): void => {
    const { store, clock } = this.replay;
    this.#map.showPast(past ? { store, serverNow: clock.time, clock } : null);
    this.#map.markers.setSelected(this.selection.get());
    this.#applyFilter();
  };

  #createView(): MapView {
    return new MapView({
      layers: this.#map.all,
      startBox: this.#options.config.start?.bbox ?? null,
      calm: () => this.#calm.matches,
      onMove: (area) => {
        this.#reporter.moved(area);
        this.#pointing.moved();
      },
      onRest: this.#surveyHistory,
      onClick: (pixel, touch) => this.#clicks.once(pixel, touch),
      onDoubleClick: (pixel) => this.#clicks.twice(pixel),
      onPoint: (pixel) => this.#pointing.pointed(pixel),
      onPan: () => this.following.set(false),
    });
  }

  readonly #take = (message: Message): void => {
    if (message.type === "stats") this.#takeStats(message.stats);
    if (this.#intake.take(message)) this.#map.live.wake();
  };

  #takeStats(stats: Stats): void {
    this.stats.set(stats);
    // Which kinds are "other" is the server's to say, and may change.
    if (this.#filter.kinds?.has("other")) this.#applyFilter();
  }

  #applyFilter(): void {
    const named = this.stats.get()?.by_kind ?? {};
    for (const store of [this.#store, this.replay.store]) {
      store.setFilter(this.#filter, (kind) => kind !== "" && Object.hasOwn(named, kind));
    }
    this.#map.markers.redraw();
    this.#history.setFilter(this.#filter.kinds, Object.keys(named));
  }

  readonly #followFrame = (): boolean => {
    this.replay.advance();
    const deviceId = this.selection.get();
    if (!this.following.get() || deviceId === null) return false;
    const place = this.#map.markers.shown(deviceId) ?? this.selectedPosition.get();
    return place !== null && this.#view.centreOn(place);
  };

  readonly #lengthenTrack = (): void => {
    const position = this.selectedPosition.get();
    if (position && !this.#scene().past) this.#tracks.append(position);
  };

  /** The line ends at the marker, which is still on its way to the newest fix. */
  readonly #showTrack = (): void => {
    const track = this.track.get();
    const shown = track && this.#map.markers.shown(track.device_id);
    const points = track?.points ?? [];
    const last = points.at(-1);
    this.#map.track.show(shown && last ? [...points.slice(0, -1), { ...last, ...shown }] : points);
  };

  /** Markers move under a pointer that rests, so what it is over changes by itself. */
  readonly #look = (): void => {
    this.shown.set(this.#map.markers.meter.drawn);
    this.drawing.set(this.#map.markers.drawing);
    this.#pointing.look();
    this.#surveyHistory();
    if (this.track.get()) this.#showTrack();
    // Without markers no frame of theirs leads the map after the device.
    if (!this.layers.get().live) this.#followFrame();
  };

  readonly #drawHistory = (): void => {
    this.#pointing.pin(null);
    this.#map.history.show(this.#history.drawing.get());
    this.#surveyHistory();
  };

  readonly #surveyHistory = (): void => {
    if (this.#history.drawing.get()) this.#history.tell(this.#map.history.survey(this.#view.map));
  };

  readonly #readCalm = (): void => {
    const calm = this.#calm.matches || this.#options.still === true;
    for (const { glides } of [this.#store, this.replay.store]) glides.smooth = !calm;
  };
}
