import Layer from "ol/layer/Layer";
import type { FrameState } from "ol/Map";
import type { DeviceStore } from "../engine/deviceStore";
import { latitudeOf, longitudeOf } from "../engine/mercator";
import type { Theme } from "../engine/types";
import { FrameMeter } from "./frameMeter";
import type { FrameView } from "./frameView";
import { frameViewOf } from "./frameView";
import { MarkerPainter } from "./markerPainter";
import { RedrawClock, restTime } from "./redrawClock";
import { VisibleMarkers } from "./visibleMarkers";

export interface LiveLayerOptions {
  readonly store: DeviceStore;
  readonly serverNow: () => number;
  readonly theme: Theme;
  /** Before each frame of its own; true when it had the map drawn, and this layer with it. */
  readonly onFrame: () => boolean;
}

export interface ShownMarker {
  readonly longitude: number;
  readonly latitude: number;
  readonly pixel: [x: number, y: number];
}

/**
 * The moving markers. It draws with each frame of the map, so that they never lag behind it, and between those by itself,
 * without having the map drawn again. Nothing outside this class knows how markers are drawn.
 */
export class LiveLayer {
  readonly layer: Layer;
  readonly meter = new FrameMeter();
  readonly #options: LiveLayerOptions;
  readonly #canvas = document.createElement("canvas");
  readonly #context = this.#canvas.getContext("2d");
  readonly #markers = new VisibleMarkers();
  readonly #painter: MarkerPainter;
  readonly #clock = new RedrawClock(() => this.#drawAlone());
  #view: FrameView | null = null;

  constructor(options: LiveLayerOptions) {
    this.#options = options;
    this.#painter = new MarkerPainter(options.store, this.#markers, options.theme);
    this.#canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%;pointer-events:none";
    this.layer = new Layer({
      className: "live-layer",
      render: (frame: FrameState | null) => this.#renderWithMap(frame),
    });
    document.addEventListener("visibilitychange", this.#visibilityChanged);
  }

  dispose(): void {
    document.removeEventListener("visibilitychange", this.#visibilityChanged);
    this.#clock.stop();
    this.layer.dispose();
  }

  setTheme(theme: Theme): void {
    this.#painter.setTheme(theme);
    this.redraw();
  }

  setSelected(deviceId: string | null): void {
    this.#painter.selected = deviceId;
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

  setVisible(on: boolean): void {
    this.layer.setVisible(on);
    if (on) return;
    this.#clock.stop();
    this.#markers.count = 0;
    this.meter.drawn = 0;
  }

  /** The look changed: names are chosen anew, too. */
  redraw(): void {
    this.#painter.chooseLabelsAnew();
    this.wake();
  }

  /** New positions came: the next frame shows them. */
  wake(): void {
    if (!document.hidden && this.layer.getVisible()) this.#clock.wake();
  }

  /** The device drawn nearest to the pixel, within a radius. */
  pick(x: number, y: number, radius: number): string | null {
    const found = this.#markers.nearest(x, y, radius);
    if (found < 0) return null;
    return this.#options.store.positions[this.#markers.row[found] ?? -1]?.device_id ?? null;
  }

  /** Where the marker is drawn now; the pixel may lie outside of the map. */
  shown(deviceId: string): ShownMarker | null {
    const { store } = this.#options;
    const row = store.row(deviceId);
    if (row === undefined || !this.#view) return null;
    const now = performance.now();
    const [x, y] = [store.glides.x(row, now), store.glides.y(row, now)];
    const { centreX, centreY, scale, width, height } = this.#view;
    const fromCentre = x - centreX - Math.round(x - centreX);
    const pixel: [number, number] = [width / 2 + fromCentre * scale, height / 2 + (y - centreY) * scale];
    return { longitude: longitudeOf(x), latitude: latitudeOf(y), pixel };
  }

  readonly #visibilityChanged = (): void => {
    if (document.hidden) {
      this.#clock.stop();
      return;
    }
    this.#options.store.glides.settle(this.#options.store.count);
    this.redraw();
  };

  #renderWithMap(frame: FrameState | null): HTMLElement {
    if (frame) {
      this.#view = frameViewOf(frame);
      this.#draw();
    }
    return this.#canvas;
  }

  #drawAlone(): void {
    if (!this.#options.onFrame()) this.#draw();
  }

  #draw(): void {
    const now = performance.now();
    if (!this.#view || !this.#context) return;
    this.#fitCanvas(this.#view);
    this.#markers.find(this.#options.store, this.#view, now, this.#options.serverNow());
    this.#painter.paint(this.#context, this.#view, now);
    const cost = performance.now() - now;
    this.meter.add(now, cost, this.#markers.count);
    if (!document.hidden) this.#clock.wakeIn(restTime(this.#markers, cost));
  }

  #fitCanvas(view: FrameView): void {
    const width = Math.round(view.width * view.pixelRatio);
    const height = Math.round(view.height * view.pixelRatio);
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
  }
}
