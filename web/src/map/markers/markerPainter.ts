import type { DeviceStore } from "../../fleet/deviceStore";
import { TRAIL_DURATION } from "../../fleet/trailRing";
import { STATUSES } from "../../live/position";
import type { Theme } from "../../settings/theme";
import type { FrameView } from "../view/frameView";
import { coloursOf, mapColours } from "../view/mapColours";
import { paintTrails, paintWays } from "./linePainter";
import type { Anchor } from "./markerLabels";
import { MarkerLabels } from "./markerLabels";
import { DRAWING_ORDER } from "./markerOrder";
import { MarkerRaster } from "./markerRaster";
import { markerSize } from "./markerSize";
import type { Sprites } from "./markerSprites";
import { drawSprites, HEADINGS, markerCell, ROWS } from "./markerSprites";
import type { VisibleMarkers } from "./visibleMarkers";
import { placesOf } from "./visibleMarkers";

const LABELS_FROM = 12; // zoom
const MOST_NAMED = 1500; // markers in view; among more, names are not readable
const LABELS_EVERY = 250; // ms
const DIMMED = 0.16;
const STALE_OPACITY = 0.6;
// Among so many markers, steps of whole pixels are invisible, and calls of the canvas take too long.
const CROWD = 1000;
const SPRITE_ROW = STATUSES.map((status) => ROWS[status]);
const MOVING = STATUSES.indexOf("moving");
const STALE = STATUSES.indexOf("stale");

/** Paints names and rings by the canvas, and, where nothing else does, the markers that were found in view. */
export class MarkerPainter {
  selected: string | null = null;
  /** Selected together with it. */
  group: readonly string[] = [];
  hovered: string | null = null;
  labelsOn = true;
  /** Lines to where markers head. */
  ahead = false;
  trailDuration = TRAIL_DURATION; // s
  /** Colours are those of speeds, not of kinds. */
  speeds = false;
  readonly #store: DeviceStore;
  readonly #markers: VisibleMarkers;
  readonly #labels: MarkerLabels;
  readonly #raster = new MarkerRaster();
  readonly #crowd = document.createElement("canvas").getContext("2d"); // pixels that are laid over lines and rings
  #colours;
  readonly #sprites = new Map<number, Sprites>(); // by colour, for what `#spritesFor` was made of
  #spritesFor = "";
  #labelsChosenAt = Number.NEGATIVE_INFINITY;

  constructor(store: DeviceStore, markers: VisibleMarkers, theme: Theme) {
    this.#store = store;
    this.#markers = markers;
    this.#colours = mapColours(theme);
    this.#labels = new MarkerLabels(this.#colours);
  }

  setTheme(theme: Theme): void {
    this.#colours = mapColours(theme);
  }

  invalidateLabels(): void {
    this.#labelsChosenAt = Number.NEGATIVE_INFINITY;
  }

  paint(context: CanvasRenderingContext2D, view: FrameView, now: number, markersToo: boolean): void {
    context.setTransform(view.pixelRatio, 0, 0, view.pixelRatio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    this.#labels.set(this.#colours, view.pixelRatio);
    const side = markerCell(markerSize(view.zoom), view.pixelRatio) / view.pixelRatio;
    const rings: [string | null, Ring][] = [
      ...this.group.map((one): [string, Ring] => [
        one,
        { radius: side / 2 + 3, colour: this.#colours.accent, width: 1.5 },
      ]),
      [this.hovered, { radius: side / 2 + 2, colour: this.#colours.hover, width: 1.5 }],
      [this.selected, { radius: side / 2 + 5, colour: this.#colours.accent, width: 2.5 }],
    ];
    for (const [deviceId, ring] of rings) this.#paintRing(context, view, deviceId, ring, now);
    if (markersToo) {
      this.#paintLines(context, view, now);
      if (this.#markers.count > CROWD) this.#paintCrowd(context, view, now);
      else this.#paintMarkers(context, view, now);
    }
    this.#paintLabels(context, view, side, now);
  }

  #paintLines(context: CanvasRenderingContext2D, view: FrameView, now: number): void {
    const { trail } = this.#store.glides;
    const each = { store: this.#store, markers: this.#markers, now };
    context.strokeStyle = this.#colours.status.moving;
    if (trail) {
      paintTrails(context, view, { ring: trail, lasts: this.trailDuration, now });
      paintWays(context, view, { ...each, ahead: false });
    }
    if (this.ahead) paintWays(context, view, { ...each, ahead: true });
  }

  #keepSprites(view: FrameView): void {
    const madeFor = `${this.#colours.outline}/${this.speeds}/${markerSize(view.zoom)}/${view.pixelRatio}`;
    if (madeFor === this.#spritesFor) return;
    for (const { picture } of this.#sprites.values()) picture.close();
    this.#sprites.clear();
    this.#spritesFor = madeFor;
  }

  #spritesOf(colour: number, view: FrameView): Sprites {
    const kept = this.#sprites.get(colour);
    if (kept) return kept;
    const own = coloursOf(this.#colours, this.speeds)[colour - 1];
    const { stale } = this.#colours.status;
    const status = own === undefined ? this.#colours.status : { moving: own, idle: own, stopped: own, stale };
    const made = drawSprites({ ...this.#colours, status }, markerSize(view.zoom), view.pixelRatio);
    this.#sprites.set(colour, made);
    return made;
  }

  #paintMarkers(context: CanvasRenderingContext2D, view: FrameView, now: number): void {
    const { x, y } = this.#markers;
    this.#eachMarker(view, now, (i, sprites, [column, row], opacity) => {
      const { picture, cell, side } = sprites;
      context.globalAlpha = opacity;
      const [left, top] = [(x[i] ?? 0) - side / 2, (y[i] ?? 0) - side / 2];
      context.drawImage(picture, column * cell, row * cell, cell, cell, left, top, side, side);
    });
    context.globalAlpha = 1;
  }

  #paintCrowd(context: CanvasRenderingContext2D, view: FrameView, now: number): void {
    const layer = this.#crowd;
    if (!layer) return;
    const { x, y } = this.#markers;
    const { width, height } = context.canvas;
    if (layer.canvas.width !== width) layer.canvas.width = width;
    if (layer.canvas.height !== height) layer.canvas.height = height;
    this.#raster.begin(width, height);
    this.#eachMarker(view, now, (i, sprites, cell, opacity) => {
      const corner = (middle = 0): number => Math.round(middle * view.pixelRatio - sprites.cell / 2);
      this.#raster.copy(sprites, cell, corner(x[i]), corner(y[i]), opacity);
    });
    this.#raster.put(layer);
    context.save();
    context.resetTransform();
    context.drawImage(layer.canvas, 0, 0);
    context.restore();
  }

  #eachMarker(view: FrameView, now: number, paint: PaintMarker): void {
    const { row, status: statuses, count } = this.#markers;
    this.#keepSprites(view);
    for (const status of DRAWING_ORDER) {
      for (let i = 0; i < count; i += 1) {
        if (statuses[i] !== status) continue;
        const device = row[i] ?? 0;
        const sprites = this.#spritesOf(this.#store.colour[device] ?? 0, view);
        paint(i, sprites, this.#sprite(device, status, now), this.#opacity(device, status));
      }
    }
  }

  #opacity(device: number, status: number): number {
    if (!this.#store.matches(device, status)) return DIMMED;
    return status === STALE ? STALE_OPACITY : 1;
  }

  #sprite(device: number, status: number, now: number): [column: number, row: number] {
    if (status !== MOVING) return [0, SPRITE_ROW[status] ?? 0];
    const course = this.#store.glides.course(device, now);
    if (course === undefined) return [0, ROWS.movingUnknownCourse];
    return [Math.round((course / 360) * HEADINGS) % HEADINGS, ROWS.moving];
  }

  #paintRing(
    context: CanvasRenderingContext2D,
    view: FrameView,
    deviceId: string | null,
    ring: Ring,
    now: number,
  ): void {
    const row = deviceId === null ? undefined : this.#store.row(deviceId);
    if (row === undefined) return;
    for (const [x, y] of placesOf(this.#store, row, view, now)) drawRing(context, x, y, ring);
  }

  #paintLabels(context: CanvasRenderingContext2D, view: FrameView, side: number, now: number): void {
    const offset = side / 2 + 1;
    // By the page's clock: that of the past may stand or go back.
    const updated = performance.now();
    if (updated - this.#labelsChosenAt > LABELS_EVERY) {
      this.#labelsChosenAt = updated;
      const named = this.labelsOn && view.zoom >= LABELS_FROM && this.#markers.count <= MOST_NAMED;
      this.#labels.choose(this.#anchors(named), offset);
    }
    for (const row of this.#labels.chosen) {
      for (const [x, y] of placesOf(this.#store, row, view, now)) {
        this.#labels.draw(context, this.#anchor(row, x, y), offset);
      }
    }
  }

  /** Of all markers that may be named. */
  #anchors(all: boolean): Anchor[] {
    const anchors: Anchor[] = [];
    for (let i = 0; i < this.#markers.count; i += 1) {
      const row = this.#markers.row[i] ?? -1;
      const named = this.#isAlwaysNamed(row) || (all && this.#store.matches(row, this.#markers.status[i] ?? 0));
      if (named) anchors.push(this.#anchor(row, this.#markers.x[i] ?? 0, this.#markers.y[i] ?? 0));
    }
    return anchors;
  }

  #anchor(row: number, x: number, y: number): Anchor {
    return { row, text: this.#store.label(row), x, y, always: this.#isAlwaysNamed(row) };
  }

  #isAlwaysNamed(row: number): boolean {
    const deviceId = this.#store.deviceId(row);
    return deviceId === this.selected || deviceId === this.hovered;
  }
}

type PaintMarker = (i: number, sprites: Sprites, cell: readonly [number, number], opacity: number) => void;

interface Ring {
  readonly radius: number;
  readonly colour: string;
  readonly width: number;
}

function drawRing(context: CanvasRenderingContext2D, x: number, y: number, ring: Ring): void {
  context.beginPath();
  context.arc(x, y, ring.radius, 0, 2 * Math.PI);
  context.globalAlpha = 0.18;
  context.fillStyle = ring.colour;
  context.fill();
  context.globalAlpha = 1;
  context.lineWidth = ring.width;
  context.strokeStyle = ring.colour;
  context.stroke();
}
