import type { Colouring } from "../fleet/colouring";
import { DeviceStore } from "../fleet/deviceStore";
import type { FleetQuery } from "../fleet/fleetBox";
import { FleetFilter } from "../fleet/fleetFilter";
import { FleetIntake } from "../fleet/fleetIntake";
import { Group } from "../fleet/group";
import type { MapFilter } from "../fleet/mapFilter";
import type { Scene } from "../fleet/scene";
import { Selection } from "../fleet/selection";
import type { Place } from "../lib/place";
import { Value } from "../lib/readable";
import type { TimeRange } from "../lib/timeRange";
import { LiveSocket } from "../live/liveSocket";
import type { Message } from "../live/message";
import { snapshotOnly } from "../live/snapshotOnly";
import type { Stats } from "../live/stats";
import { ViewReporter } from "../live/viewReporter";
import { BasemapSelection } from "../map/basemap/basemapSelection";
import { FollowCamera } from "../map/followCamera";
import { History } from "../map/history/history";
import { HistoryDrawing } from "../map/historyDrawing";
import { DEFAULT_LAYERS, type Layers } from "../map/layers";
import { MapLayers } from "../map/mapLayers";
import { MapPopup } from "../map/mapPopup";
import type { Drawing } from "../map/markers/frameGovernor";
import { MapMeasure } from "../map/measure/measure";
import { MapPointer } from "../map/pointer";
import { TrackLoader } from "../map/track/trackLoader";
import { TrackDrawing } from "../map/trackDrawing";
import { MapView } from "../map/view/mapView";
import type { Padding } from "../map/view/padding";
import { ReplayAddress } from "../replay/replayAddress";
import { ReplayPlayer } from "../replay/replayPlayer";
import type { Theme } from "../settings/theme";
import { ClickHandler } from "./clickHandler";
import type { Engine, EngineOptions } from "./engine";
import { MotionPreference } from "./motionPreference";
import { setTestHooks, testHooks } from "./testHooks";

const REFRESH_INTERVAL = 500; // ms

/** Joins the parts: messages of the socket go into the store, and the map draws what the store holds. */
export class MapEngine implements Engine {
  readonly stats = new Value<Stats | null>(null);
  readonly shown = new Value(0);
  readonly drawing = new Value<Drawing>("full");
  readonly layers = new Value<Layers>(DEFAULT_LAYERS);
  readonly basemap: BasemapSelection;
  readonly replay: ReplayPlayer;
  readonly group: Group;
  readonly measure: MapMeasure;
  readonly popup = new MapPopup(() => this.#scene());
  readonly #address: ReplayAddress;
  readonly #options: EngineOptions;
  readonly #store = new DeviceStore();
  readonly #intake = new FleetIntake({
    store: this.#store,
    onPositions: (positions) => this.#tracks.appendAll(positions),
  });
  readonly #socket: LiveSocket;
  readonly #selection: Selection;
  readonly #tracks: TrackLoader;
  readonly #history: History;
  readonly #map: MapLayers;
  readonly #view: MapView;
  readonly #pointer: MapPointer;
  readonly #clickHandler: ClickHandler;
  readonly #followCamera: FollowCamera;
  readonly #trackDrawing: TrackDrawing;
  readonly #historyDrawing: HistoryDrawing;
  readonly #reporter: ViewReporter;
  readonly #motion: MotionPreference;
  readonly #ended = new AbortController();
  readonly #filter = new FleetFilter({
    stores: () => [this.#store, this.replay.store],
    named: () => Object.keys(this.stats.get()?.by_kind ?? {}),
    onChange: ({ kinds }, named) => {
      this.#map.markers.redraw();
      this.#history.setFilter(kinds, named);
    },
  });
  #refreshTimer: ReturnType<typeof setInterval> | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { base, config, paused, theme = "dark" } = options;
    const [store, serverNow, scene] = [this.#store, this.#serverNow, this.#scene];
    this.#socket = new LiveSocket({ base, onMessage: paused ? snapshotOnly(this.#onMessage) : this.#onMessage });
    this.#reporter = new ViewReporter((view) => this.#socket.setView(view));
    this.#selection = new Selection({ base, scene });
    this.#tracks = new TrackLoader(base);
    this.#history = new History(base);
    const { onFrame, onHistory } = { onFrame: this.#onFrame, onHistory: () => this.#historyDrawing.survey() };
    this.#map = new MapLayers({ base, store, serverNow, theme, streets: config.streets, onFrame, onHistory });
    this.basemap = new BasemapSelection(config.basemaps, this.#map.basemap);
    this.#view = this.#createView();
    this.#pointer = new MapPointer({ layers: this.#map, view: this.#view, scene });
    this.group = new Group({ onPrimary: this.#showSelection, onIsolated: this.#filter.isolate });
    this.measure = new MapMeasure({
      centre: () => this.#view.placeAt(this.#view.middle),
      onChange: (points) => this.#map.measure.show(points),
    });
    const [parts, view] = [{ pointer: this.#pointer, layers: this.#map, popup: this.popup }, this.#view];
    this.#historyDrawing = new HistoryDrawing({ ...parts, view, history: this.#history });
    this.#clickHandler = new ClickHandler({ engine: this, ...parts, view });
    const { selection: selected, selectedPosition: position } = this;
    this.#trackDrawing = new TrackDrawing({ tracks: this.#tracks, layers: this.#map, scene, position });
    const markers = () => this.#map.markers;
    this.#followCamera = new FollowCamera({ view, markers, scene, members: this.group.members, selected, position });
    this.replay = new ReplayPlayer({
      base,
      serverNow,
      deviceName: (deviceId) => store.deviceName(deviceId),
      selected: this.selection.get,
      liveCount: () => this.#intake.liveCount,
      onScene: this.#changeScene,
      onChange: () => this.#map.markers.wake(),
    });
    this.#address = new ReplayAddress(this.replay);
    this.#motion = new MotionPreference({ stores: [store, this.replay.store], paused: paused === true });
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
    return this.#followCamera.on;
  }
  get hover() {
    return this.#pointer.hover;
  }
  get stored() {
    return this.#pointer.stored;
  }
  get history() {
    return this.#history.state;
  }
  get track() {
    return this.#tracks.state;
  }

  mount(element: HTMLElement): void {
    if (this.#refreshTimer !== null || this.#ended.signal.aborted) return;
    this.#history.drawing.subscribe(this.#historyDrawing.draw);
    this.#trackDrawing.start();
    this.#motion.start();
    this.#refreshTimer = setInterval(this.#refresh, REFRESH_INTERVAL);
    setTestHooks(testHooks({ layers: this.#map, view: this.#view, scene: this.#scene, counts: this.#intake.counts }));
    this.#view.mount(element);
    this.#socket.start();
    this.#history.start();
    this.#address.start();
    this.basemap.start();
    if (!this.#options.config.start && !this.#view.hasStartPlace) this.fitFleet();
  }

  dispose(): void {
    this.#ended.abort();
    if (this.#refreshTimer !== null) clearInterval(this.#refreshTimer);
    for (const part of [this.#motion, this.#address, this.basemap, this.replay, this.#followCamera, this.#trackDrawing])
      part.stop();
    for (const part of [this.#reporter, this.#socket, this.#selection, this.#tracks, this.#history]) part.stop();
    this.#map.dispose();
    this.#view.dispose();
    setTestHooks(undefined);
  }

  select(deviceId: string | null): void {
    if (deviceId === this.selection.get() && this.group.members.get().length < 2) return;
    this.follow(false);
    this.group.selectOnly(deviceId);
  }

  readonly #showSelection = (deviceId: string | null): void => {
    this.#map.markers.setSelected(deviceId, this.group.members.get());
    if (deviceId === null) this.follow(false);
    if (deviceId === this.selection.get()) return;
    this.#selection.set(deviceId);
    this.point(null);
    this.#tracks.show(deviceId, this.#serverNow());
  };

  follow(on: boolean): void {
    this.#followCamera.set(on);
  }

  reveal(deviceId: string): void {
    this.select(deviceId);
    void this.#followCamera.reveal(deviceId);
  }

  fitFleet(query: FleetQuery = {}): void {
    void this.#followCamera.fitFleet(this.#options.base, { ...query, device: this.group.isolated.get() ?? [] });
  }

  readonly flyTo = (place: Place): void => this.#view.flyTo(place);
  readonly point = (place: Place | null): void => this.#map.track.point(place);
  readonly zoomBy = (delta: number): void => this.#view.zoomBy(delta);

  setFilter(filter: MapFilter): void {
    this.#filter.set(filter);
  }

  setLayer(name: keyof Layers, on: boolean): void {
    this.layers.set({ ...this.layers.get(), [name]: on });
    this.#map.show(name, on);
    if (name !== "history") return;
    this.#history.setOn(on);
    this.#pointer.pin(null);
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
    this.#map.showReplay(past ? { store, serverNow: clock.time, clock } : null);
    this.#map.markers.setSelected(this.selection.get(), this.group.members.get());
    this.#filter.apply();
  };

  #createView(): MapView {
    return new MapView({
      layers: this.#map.all,
      startBox: this.#options.config.start?.bbox ?? null,
      reducedMotion: () => this.#motion.reduced,
      onMove: (area) => {
        for (const part of [this.#reporter, this.popup, this.#pointer]) part.onMapMove(area);
      },
      onRest: () => this.#historyDrawing.survey(),
      onClick: (pixel, touch, shift) => this.#clickHandler.click(pixel, touch, shift),
      onMenu: (pixel) => this.#clickHandler.openMenu(pixel),
      onBox: (corner, opposite) => this.#clickHandler.selectBox(corner, opposite),
      onDoubleClick: (pixel) => this.#clickHandler.doubleClick(pixel),
      onPoint: (pixel) => this.#pointer.move(pixel),
      onPan: () => this.follow(false),
    });
  }

  readonly #onMessage = (message: Message): void => {
    if (message.type === "stats") {
      this.stats.set(message.stats);
      this.#filter.kindsChanged();
    }
    if (this.#intake.onMessage(message)) this.#map.live.wake();
  };

  readonly #onFrame = (): boolean => {
    this.replay.advance();
    return this.#followCamera.onFrame();
  };

  /** Markers move under a pointer that rests, so the hovered device changes without an event of the pointer. */
  readonly #refresh = (): void => {
    this.shown.set(this.#map.markers.meter.drawn);
    this.drawing.set(this.#map.markers.drawing);
    this.#pointer.refresh();
    this.#historyDrawing.survey();
    this.#followCamera.keepGroupInView();
    this.#trackDrawing.refresh();
    // Without markers no frame of theirs leads the map after the device.
    if (!this.layers.get().live) this.#onFrame();
  };
}
