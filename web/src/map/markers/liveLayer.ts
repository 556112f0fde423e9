import Layer from "ol/layer/Layer";
import type { FrameState } from "ol/Map";
import type { Colouring } from "../../fleet/colouring";
import type { DeviceStore } from "../../fleet/deviceStore";
import { TRAIL_DURATION, TrailRing } from "../../fleet/trailRing";
import { latitudeOf, longitudeOf } from "../../lib/mercator";
import { settings } from "../../settings/settings";
import type { Theme } from "../../settings/theme";
import type { FrameView } from "../view/frameView";
import { frameViewOf } from "../view/frameView";
import { mapColours } from "../view/mapColours";
import type { Pixel } from "../view/pixel";
import type { Drawing } from "./frameGovernor";
import { FrameGovernor } from "./frameGovernor";
import { FrameMeter } from "./frameMeter";
import { MarkerPainter } from "./markerPainter";
import { MarkerRenderer } from "./markerRenderer";
import { pauseTime, RedrawClock } from "./redrawClock";
import { VisibleMarkers } from "./visibleMarkers";

const CHANGES = ["webglcontextlost", "webglcontextrestored"] as const;
const SPARSE = 66; // ms between frames of a machine that is slow
const OVERSCAN = 32; // pixels drawn beyond the map: a card draws a point when its middle is on the canvas, or not at all
const VISIBLE_INTERVAL = 200; // ms between two updates of the markers in view, when nothing else triggers one

export interface ReplayClock {
  time(): number;
  /** Ms of the replay in one ms of the page; 0 while paused. */
  speed(): number;
  /** Seconds of it for which the way of a marker stays visible. */
  trailDuration(): number;
}

export interface LiveLayerOptions {
  readonly store: DeviceStore;
  readonly serverNow: () => number;
  /** Where the past is played, its clock; else markers move by that of the page. */
  readonly clock?: ReplayClock;
  readonly theme: Theme;
  /** Before each frame of its own; true when it had the map drawn, and this layer with it. */
  readonly onFrame: () => boolean;
}

export interface DisplayedMarker {
  readonly longitude: number;
  readonly latitude: number;
  readonly pixel: [x: number, y: number];
}

/**
 * The layer of moving markers. It draws with each frame of the map, so that markers never lag behind it, and between those
 * frames without redrawing the map. The graphics card draws and moves the markers; labels and rings lie above, on a canvas,
 * and so do the markers themselves without WebGL 2. No code outside this class depends on how.
 */
export class LiveLayer {
  readonly layer: Layer;
  readonly meter = new FrameMeter();
  readonly #options: LiveLayerOptions;
  readonly #element = document.createElement("div");
  readonly #canvas = document.createElement("canvas");
  readonly #context = this.#canvas.getContext("2d");
  readonly #markers = new VisibleMarkers();
  readonly #painter: MarkerPainter;
  readonly #renderer: MarkerRenderer | null;
  readonly #governor = new FrameGovernor(() => settings.get().quality);
  readonly #clock = new RedrawClock((delay) => this.#drawAlone(delay));
  #colours;
  #view: FrameView | null = null;
  #delay = 0; // ms from asking for the last frame to having it
  #visibleUpdatedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LiveLayerOptions) {
    this.#options = options;
    this.#colours = mapColours(options.theme);
    this.#painter = new MarkerPainter(options.store, this.#markers, options.theme);
    this.#renderer = MarkerRenderer.make(options.store);
    this.#element.style.cssText = "position:absolute;inset:0;pointer-events:none";
    if (this.#renderer) this.#element.append(overlay(this.#renderer.canvas, OVERSCAN));
    this.#element.append(overlay(this.#canvas, 0));
    this.layer = new Layer({
      className: "live-layer",
      render: (frame: FrameState | null) => this.#renderWithMap(frame),
    });
    document.addEventListener("visibilitychange", this.#visibilityChanged);
    for (const change of CHANGES) this.#renderer?.canvas.addEventListener(change, this.#onContextChange);
  }

  /** Without WebGL 2 the page itself draws markers, which costs more; `coarse` and `sparse` spare a slow machine. */
  get drawing(): Drawing {
    return this.#card ? this.#governor.quality : "compatible";
  }

  /** Null where there is none, and while it has lost what it held. */
  get #card(): MarkerRenderer | null {
    return this.#renderer?.lost ? null : this.#renderer;
  }

  dispose(): void {
    document.removeEventListener("visibilitychange", this.#visibilityChanged);
    for (const change of CHANGES) this.#renderer?.canvas.removeEventListener(change, this.#onContextChange);
    this.#clock.stop();
    this.#renderer?.dispose();
    this.layer.dispose();
  }

  setTheme(theme: Theme): void {
    this.#colours = mapColours(theme);
    this.#painter.setTheme(theme);
    this.redraw();
  }

  /** The device whose details are shown, and the whole selected group. */
  setSelected(deviceId: string | null, group: readonly string[]): void {
    this.#painter.selected = deviceId;
    this.#painter.group = group;
    this.redraw();
  }

  setHovered(deviceId: string | null): void {
    if (deviceId === this.#painter.hovered) return;
    this.#painter.hovered = deviceId;
    this.redraw();
  }

  setLabels(on: boolean): void {
    this.#painter.labelsOn = on;
    this.redraw();
  }

  /** The ways of all markers from now on; those before are not known. */
  setTrails(on: boolean): void {
    this.#options.store.glides.trail = on ? new TrailRing(this.#now()) : null;
    this.wake();
  }

  /** Lines to where markers will be in a minute, if they go on as they do. */
  setLookahead(on: boolean): void {
    this.#painter.ahead = on;
    this.wake();
  }

  setColouring(colouring: Colouring): void {
    this.#options.store.setColouring(colouring);
    this.#painter.speeds = colouring === "speed";
    this.redraw();
  }

  setVisible(on: boolean): void {
    this.layer.setVisible(on);
    if (on) return;
    this.#clock.stop();
    this.#markers.count = 0;
    this.meter.drawn = 0;
  }

  /** The look changed: the labels are chosen again, too. */
  redraw(): void {
    this.#painter.invalidateLabels();
    this.wake();
  }

  /** New positions came: the next frame shows them. */
  wake(): void {
    if (!document.hidden && this.layer.getVisible()) this.#clock.wake();
  }

  /** The device drawn nearest to the pixel, within a radius. */
  pick(x: number, y: number, radius: number): string | null {
    this.#updateVisible();
    const found = this.#markers.nearest(x, y, radius);
    if (found < 0) return null;
    return this.#options.store.deviceId(this.#markers.row[found] ?? -1);
  }

  /** The devices drawn within a radius of the pixel, nearest first. */
  devicesWithin([x, y]: Pixel, radius: number): string[] {
    this.#updateVisible();
    return this.#idsOf(this.#markers.within(x, y, radius));
  }

  /** The devices drawn in a box of the screen that the filter leaves undimmed. */
  devicesInBox(corner: Pixel, opposite: Pixel): string[] {
    this.#updateVisible();
    const { store } = this.#options;
    const found = this.#markers.inBox(corner, opposite);
    return this.#idsOf(found.filter((i) => store.matches(this.#markers.row[i] ?? -1, this.#markers.status[i] ?? 0)));
  }

  #idsOf(found: readonly number[]): string[] {
    const { store } = this.#options;
    return [...new Set(found.map((i) => store.deviceId(this.#markers.row[i] ?? -1)))];
  }

  /** Where the marker is drawn now; the pixel may lie outside of the map. */
  displayedMarker(deviceId: string): DisplayedMarker | null {
    const { store } = this.#options;
    const row = store.row(deviceId);
    if (row === undefined || !this.#view) return null;
    const now = this.#now();
    const [x, y] = [store.glides.x(row, now), store.glides.y(row, now)];
    const { centreX, centreY, scale, width, height } = this.#view;
    const fromCentre = x - centreX - Math.round(x - centreX);
    const pixel: [number, number] = [width / 2 + fromCentre * scale, height / 2 + (y - centreY) * scale];
    return { longitude: longitudeOf(x), latitude: latitudeOf(y), pixel };
  }

  readonly #onContextChange = (): void => this.redraw();

  readonly #visibilityChanged = (): void => {
    if (document.hidden) {
      this.#clock.stop();
      return;
    }
    const { store, clock } = this.#options;
    if (!clock) store.glides.finishAll(store.count);
    store.markAllChanged();
    this.redraw();
  };

  #now(): number {
    return this.#options.clock?.time() ?? performance.now();
  }

  #renderWithMap(frame: FrameState | null): HTMLElement {
    if (frame) {
      this.#view = frameViewOf(frame);
      this.#draw();
    }
    return this.#element;
  }

  #drawAlone(delay: number): void {
    this.#delay = delay;
    this.#governor.add(performance.now(), delay);
    if (!this.#options.onFrame()) this.#draw();
  }

  #draw(): void {
    const began = performance.now();
    const view = this.#view;
    if (!view || !this.#context) return;
    resize(this.#canvas, view);
    this.#painter.trailDuration = this.#options.clock?.trailDuration() ?? TRAIL_DURATION;
    const card = this.#card;
    if (card) this.#drawByCard(card, view, began);
    else this.#updateVisible();
    this.#painter.paint(this.#context, view, this.#now(), card === null);
    const cost = performance.now() - began;
    this.meter.add(began, cost, this.#markers.count);
    const pace = this.#options.clock?.speed() ?? 1;
    const { speed, turning } = this.#markers;
    const rest = pauseTime({ speed: speed * pace, turning: turning && pace > 0 }, cost);
    // A card that is slow is left as much time for the rest of the page as it took.
    if (!document.hidden) this.#clock.wakeIn(this.drawing === "sparse" ? Math.max(SPARSE, this.#delay, rest) : rest);
  }

  /** Which markers are in view matters for names and the pace alone, so it is computed now and then. */
  #drawByCard(renderer: MarkerRenderer, view: FrameView, began: number): void {
    const { store, serverNow } = this.#options;
    const pixelRatio = this.drawing === "full" ? view.pixelRatio : Math.min(1, view.pixelRatio);
    const drawn = { ...view, pixelRatio, width: view.width + 2 * OVERSCAN, height: view.height + 2 * OVERSCAN };
    resize(renderer.canvas, drawn);
    renderer.draw({
      view: drawn,
      colours: this.#colours,
      now: this.#now(),
      serverNow: serverNow(),
      reducedMotion: !store.glides.smooth,
      trail: store.glides.trail,
      trailDuration: this.#painter.trailDuration,
      ahead: this.#painter.ahead,
      speeds: this.#painter.speeds,
    });
    if (began - this.#visibleUpdatedAt > VISIBLE_INTERVAL) this.#updateVisible();
  }

  #updateVisible(): void {
    if (!this.#view) return;
    this.#visibleUpdatedAt = performance.now();
    this.#markers.find(this.#options.store, this.#view, this.#now(), this.#options.serverNow());
  }
}

/** Over the map, and so many pixels beyond it on each side. */
function overlay(canvas: HTMLCanvasElement, beyond: number): HTMLCanvasElement {
  const side = `calc(100% + ${2 * beyond}px)`;
  canvas.style.cssText = `position:absolute;inset:-${beyond}px;width:${side};height:${side}`;
  return canvas;
}

function resize(canvas: HTMLCanvasElement, view: FrameView): void {
  const width = Math.round(view.width * view.pixelRatio);
  const height = Math.round(view.height * view.pixelRatio);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}
