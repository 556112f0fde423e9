import type { Colouring } from "../fleet/colouring";
import { DeviceStore } from "../fleet/deviceStore";
import type { FleetQuery } from "../fleet/fleetBox";
import { FleetFilter } from "../fleet/fleetFilter";
import { FleetIntake } from "../fleet/fleetIntake";
import { Group } from "../fleet/group";
import type { Filter } from "../fleet/mapFilter";
import type { Scene } from "../fleet/scene";
import { Selection } from "../fleet/selection";
import type { Place } from "../lib/place";
import { Value } from "../lib/readable";
import type { TimeRange } from "../lib/timeRange";
import type { Message } from "../live/message";
import { LiveSocket } from "../live/socket";
import type { Stats } from "../live/stats";
import { stillMessages } from "../live/stillMessages";
import { ViewReporter } from "../live/viewReporter";
import { AddressedBasemap } from "../map/basemap/addressedBasemap";
import { Following } from "../map/following";
import { History } from "../map/history/history";
import { HistoryDrawing } from "../map/historyDrawing";
import type { Layers } from "../map/layers";
import { FIRST_LAYERS } from "../map/layers";
import { MapLayers } from "../map/mapLayers";
import type { Drawing } from "../map/markers/frameGovernor";
import { MapMeasure } from "../map/measure/measure";
import { Pointing } from "../map/pointing";
import { MapSpots } from "../map/spots";
import { TrackLoader } from "../map/track/trackLoader";
import { TrackDrawing } from "../map/trackDrawing";
import { MapView } from "../map/view/mapView";
import type { Padding } from "../map/view/padding";
import { ReplayAddress } from "../replay/replayAddress";
import { ReplayPlayer } from "../replay/replayPlayer";
import type { Theme } from "../settings/theme";
import { Clicks } from "./clicks";
import type { Engine, EngineOptions } from "./engine";
import { setTestHooks, testHooks } from "./testHooks";

const LOOK_PACE = 500; // ms

export function createEngine(options: EngineOptions): Engine {
  return new MapEngine(options);
}

/** Joins the parts: what the socket says goes into the store, what the store holds is drawn. */
class MapEngine implements Engine {
  readonly stats = new Value<Stats | null>(null);
  readonly shown = new Value(0);
  readonly drawing = new Value<Drawing>("full");
  readonly layers = new Value<Layers>(FIRST_LAYERS);
  readonly basemap: AddressedBasemap;
  readonly replay: ReplayPlayer;
  readonly group: Group;
  readonly measure: MapMeasure;
  readonly spots = new MapSpots(() => this.#scene());
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
  readonly #following: Following;
  readonly #line: TrackDrawing;
  readonly #past: HistoryDrawing;
  readonly #reporter: ViewReporter;
  readonly #calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  readonly #ended = new AbortController();
  readonly #filter = new FleetFilter({
    stores: () => [this.#store, this.replay.store],
    named: () => Object.keys(this.stats.get()?.by_kind ?? {}),
    onChange: ({ kinds }, named) => {
      this.#map.markers.redraw();
      this.#history.setFilter(kinds, named);
    },
  });
  #lookTimer: ReturnType<typeof setInterval> | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { base, config, still, theme = "dark" } = options;
    const [store, serverNow, scene] = [this.#store, this.#serverNow, this.#scene];
    this.#socket = new LiveSocket({ base, onMessage: still ? stillMessages(this.#take) : this.#take });
    this.#reporter = new ViewReporter((view) => this.#socket.setView(view));
    this.#selection = new Selection({ base, scene });
    this.#tracks = new TrackLoader(base);
    this.#history = new History(base);
    const { onFrame, onHistory } = { onFrame: this.#followFrame, onHistory: () => this.#past.survey() };
    this.#map = new MapLayers({ base, store, serverNow, theme, streets: config.streets, onFrame, onHistory });
    this.basemap = new AddressedBasemap(config.basemaps, this.#map.basemap);
    this.#view = this.#createView();
    this.#pointing = new Pointing({ layers: this.#map, view: this.#view, scene });
    this.group = new Group({ onPrimary: this.#tellOf, onIsolated: this.#filter.isolate });
    this.measure = new MapMeasure({
      centre: () => this.#view.placeAt(this.#view.middle),
      onChange: (points) => this.#map.measure.show(points),
    });
    const [parts, view] = [{ pointing: this.#pointing, layers: this.#map, spots: this.spots }, this.#view];
    this.#past = new HistoryDrawing({ ...parts, view, history: this.#history });
    this.#clicks = new Clicks({ engine: this, ...parts, view });
    const { selection: selected, selectedPosition: position } = this;
    this.#line = new TrackDrawing({ tracks: this.#tracks, layers: this.#map, scene, position });
    const markers = () => this.#map.markers;
    this.#following = new Following({ view, markers, scene, members: this.group.members, selected, position });
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
  get following() {
    return this.#following.on;
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
    this.#history.drawing.subscribe(this.#past.draw);
    this.#line.start();
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
    for (const part of [this.#address, this.basemap, this.replay, this.#following, this.#line]) part.stop();
    for (const part of [this.#reporter, this.#socket, this.#selection, this.#tracks, this.#history]) part.stop();
    this.#map.dispose();
    this.#view.dispose();
    setTestHooks(undefined);
  }

  select(deviceId: string | null): void {
    if (deviceId === this.selection.get() && this.group.members.get().length < 2) return;
    this.follow(false);
    this.group.only(deviceId);
  }

  readonly #tellOf = (deviceId: string | null): void => {
    this.#map.markers.setSelected(deviceId, this.group.members.get());
    if (deviceId === null) this.follow(false);
    if (deviceId === this.selection.get()) return;
    this.#selection.set(deviceId);
    this.point(null);
    this.#tracks.show(deviceId, this.#serverNow());
  };

  follow(on: boolean): void {
    this.#following.set(on);
  }

  reveal(deviceId: string): void {
    this.select(deviceId);
    void this.#following.reveal(deviceId);
  }

  fitFleet(query: FleetQuery = {}): void {
    void this.#following.fitFleet(this.#options.base, { ...query, device: this.group.isolated.get() ?? [] });
  }

  readonly flyTo = (place: Place): void => this.#view.flyTo(place);
  readonly point = (place: Place | null): void => this.#map.track.point(place);
  readonly zoomBy = (delta: number): void => this.#view.zoomBy(delta);

  setFilter(filter: Filter): void {
    this.#filter.set(filter);
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

  cancelHistory(): void {
    if (this.#history.cancel()) this.#map.history.stop();
  }

  readonly retryNow = (): void => this.#socket.retryNow();

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
    this.#map.markers.setSelected(this.selection.get(), this.group.members.get());
    this.#filter.apply();
  };

  #createView(): MapView {
    return new MapView({
      layers: this.#map.all,
      startBox: this.#options.config.start?.bbox ?? null,
      calm: () => this.#calm.matches,
      onMove: (area) => {
        this.#reporter.moved(area);
        this.spots.moved(area);
        this.#pointing.moved();
      },
      onRest: () => this.#past.survey(),
      onClick: (pixel, touch, shift) => this.#clicks.once(pixel, touch, shift),
      onMenu: (pixel) => this.#clicks.menu(pixel),
      onBox: (corner, opposite) => this.#clicks.box(corner, opposite),
      onDoubleClick: (pixel) => this.#clicks.twice(pixel),
      onPoint: (pixel) => this.#pointing.pointed(pixel),
      onPan: () => this.follow(false),
    });
  }

  readonly #take = (message: Message): void => {
    if (message.type === "stats") {
      this.stats.set(message.stats);
      this.#filter.kindsMayHaveChanged();
    }
    if (this.#intake.take(message)) this.#map.live.wake();
  };

  readonly #followFrame = (): boolean => {
    this.replay.advance();
    return this.#following.frame();
  };

  /** Markers move under a pointer that rests, so what it is over changes by itself. */
  readonly #look = (): void => {
    this.shown.set(this.#map.markers.meter.drawn);
    this.drawing.set(this.#map.markers.drawing);
    this.#pointing.look();
    this.#past.survey();
    this.#following.look();
    this.#line.look();
    // Without markers no frame of theirs leads the map after the device.
    if (!this.layers.get().live) this.#followFrame();
  };

  readonly #readCalm = (): void => {
    const calm = this.#calm.matches || this.#options.still === true;
    for (const { glides } of [this.#store, this.replay.store]) glides.smooth = !calm;
  };
}
