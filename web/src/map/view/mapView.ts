import "ol/ol.css";
import "./map.css";
import ScaleLine from "ol/control/ScaleLine";
import { easeOut } from "ol/easing";
import { containsCoordinate, containsExtent, getCenter, getHeight, getWidth } from "ol/extent";
import { defaults as defaultInteractions } from "ol/interaction/defaults";
import type BaseLayer from "ol/layer/Base";
import OpenLayersMap from "ol/Map";
import { fromLonLat, toLonLat, transformExtent } from "ol/proj";
import View from "ol/View";
import { unwrappedEast } from "../../lib/box";
import { withPlace } from "../../lib/hashParameters";
import { EARTH_CIRCUMFERENCE } from "../../lib/mercator";
import type { Box, Place } from "../../lib/place";
import { Throttle } from "../../lib/throttle";
import type { VisibleArea } from "../../live/viewReport";
import { boxSelect } from "./boxSelect";
import { frameViewOf, visibleArea } from "./frameView";
import { freeExtent } from "./freeExtent";
import { MenuGesture } from "./menuGesture";
import type { Padding } from "./padding";
import { isTouch, type Pixel, pixelOf } from "./pixel";
import { PointerFrames } from "./pointerFrames";
import { readHash, writeHash } from "./viewHash";

const HASH_PACE = 250; // ms
const WORLD: Box = [-150, -50, 160, 70];
const STREET_ZOOM = 14;
const CLOSEST_FIT = 15; // zoom, for a fleet at one place
const FIT_MARGIN = 32; // pixels
const MOTION = 250; // ms
const PAN_KEYS: ReadonlySet<string> = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
const SMALL = 0.2; // share of the map in which what is kept in view would be lost
const FOLLOW_STEP = 0.25; // pixels

export interface MapViewOptions {
  readonly layers: BaseLayer[];
  readonly startBox: Box | null;
  /** Whether the user prefers reduced motion. */
  readonly reducedMotion: () => boolean;
  readonly onMove: (area: VisibleArea) => void;
  /** The map came to rest. */
  readonly onRest: () => void;
  readonly onClick: (pixel: Pixel, touch: boolean, shift: boolean) => void;
  /** A request for the menu of a place; null from the keyboard. */
  readonly onMenu: (pixel: Pixel | null) => void;
  /** Two corners of the selected box. */
  readonly onBox: (corner: Pixel, opposite: Pixel) => void;
  /** True when it was on a device, so that the map does not zoom. */
  readonly onDoubleClick: (pixel: Pixel) => boolean;
  /** Null when the pointer left, or is a finger. */
  readonly onPoint: (pixel: Pixel | null) => void;
  /** The user moved the map to another place. */
  readonly onPan: () => void;
}

/** Owns the OpenLayers map: its view, the pointer and key events, and the place in the address. */
export class MapView {
  readonly map: OpenLayersMap;
  readonly #view: View;
  readonly #options: MapViewOptions;
  readonly #menu: MenuGesture;
  readonly #hash = new Throttle(HASH_PACE, () => this.#writeHash());
  /** Whether the place was given by the address, so that nothing should choose a better one. */
  readonly hasStartPlace: boolean;
  #padding = [0, 0, 0, 0];
  /** The centre that is kept while the padding changes. */
  #keptCentre: number[] | undefined;
  readonly #pointer: PointerFrames;

  constructor(options: MapViewOptions) {
    this.#options = options;
    this.#pointer = new PointerFrames(options.onPoint);
    this.#menu = new MenuGesture((event) => {
      const [x = 0, y = 0] = event ? this.map.getEventPixel(event) : [];
      options.onMenu(event && [x, y]);
    });
    const start = readHash(window.location.hash);
    this.hasStartPlace = start !== null;
    this.#view = new View({
      center: fromLonLat(start ? [start.longitude, start.latitude] : [0, 25]),
      zoom: start?.zoom ?? 2,
      minZoom: 1,
      maxZoom: 19,
      enableRotation: false,
      smoothResolutionConstraint: true,
    });
    this.map = new OpenLayersMap({
      view: this.#view,
      layers: options.layers,
      // The page shows the credits itself.
      controls: [new ScaleLine({ minWidth: 72 })],
      interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false, shiftDragZoom: false }),
      moveTolerance: 3,
    });
    this.map.addInteraction(boxSelect(options.onBox));
  }

  mount(element: HTMLElement): void {
    element.tabIndex = 0;
    this.map.setTarget(element);
    if (!this.hasStartPlace) this.fit(this.#options.startBox ?? WORLD, false);
    this.#listen(element);
  }

  dispose(): void {
    this.#hash.stop();
    this.#menu.stop();
    this.#pointer.stop();
    window.removeEventListener("hashchange", this.#onHashChange);
    this.map.setTarget(undefined);
    this.map.dispose();
  }

  fit(box: Box, animate = true, closest = CLOSEST_FIT): void {
    const extent = this.#extentOf(box);
    this.#view.fit(extent, {
      padding: [FIT_MARGIN, FIT_MARGIN, FIT_MARGIN, FIT_MARGIN],
      maxZoom: closest,
      duration: animate ? this.#motion(500) : 0,
    });
  }

  flyTo({ latitude, longitude }: Place): void {
    const zoom = Math.max(this.#view.getZoom() ?? 0, STREET_ZOOM);
    const center = this.#nearestCopy(fromLonLat([longitude, latitude]));
    this.#view.animate({ center, zoom, duration: this.#motion(600), easing: easeOut });
  }

  /** Pans to a place that is out of view or covered; the zoom stays. */
  moveIntoView({ latitude, longitude }: Place): void {
    const center = this.#nearestCopy(fromLonLat([longitude, latitude]));
    const free = freeExtent(this.#view, this.#view.getAnimating() ? this.#keptCentre : undefined);
    if (containsCoordinate(free, center) && this.#isUncovered(center)) return;
    this.#view.animate({ center, duration: this.#motion(600), easing: easeOut });
  }

  /** Whether no card covers the map there. The padding does not tell, because cards at the foot of the map grow. */
  #isUncovered([x = 0, y = 0]: number[]): boolean {
    const [pixel, viewport] = [this.pixelOf([x, y]), this.map.getViewport()];
    if (!pixel || !viewport) return false;
    const { left, top } = viewport.getBoundingClientRect();
    return viewport.contains(document.elementFromPoint(left + pixel[0], top + pixel[1]));
  }

  /** Keeps a place in the middle, called with every frame while a device is followed; true when it drew the map. */
  centreOn({ latitude, longitude }: Place): boolean {
    const before = this.#view.getCenter();
    const resolution = this.#view.getResolution();
    if (!before || !resolution || this.#view.getInteracting() || this.#view.getAnimating()) return false;
    const center = this.#nearestCopy(fromLonLat([longitude, latitude]));
    const moved = Math.hypot((center[0] ?? 0) - (before[0] ?? 0), (center[1] ?? 0) - (before[1] ?? 0));
    if (moved / resolution < FOLLOW_STEP) return false;
    this.#view.setCenter(center);
    this.map.renderSync();
    return true;
  }

  zoomBy(delta: number): void {
    const zoom = (this.#view.getZoom() ?? 0) + delta;
    this.#view.animate({ zoom, duration: this.#motion(MOTION), easing: easeOut });
  }

  /** Where a place, in map coordinates, is on the screen; null where it is not. */
  pixelOf(place: readonly [x: number, y: number]): Pixel | null {
    const [x = -1, y = -1] = this.map.getPixelFromCoordinate([...place]) ?? [];
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    return x >= 0 && y >= 0 && x <= width && y <= height ? [x, y] : null;
  }

  placeAt(pixel: Pixel): Place {
    const [longitude = 0, latitude = 0] = toLonLat(this.map.getCoordinateFromPixel([...pixel]) ?? [0, 0]);
    return { longitude, latitude };
  }

  /** The pixel in the middle of what no panel covers. */
  get middle(): Pixel {
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    const [top = 0, right = 0, bottom = 0, left = 0] = this.#padding;
    return [(left + width - right) / 2, (top + height - bottom) / 2];
  }

  shows([x, y]: Pixel): boolean {
    const [width = 0, height = 0] = this.map.getSize() ?? [];
    return x >= 0 && y >= 0 && x <= width && y <= height;
  }

  /** Moves the map only when a part of the box has left it, or when it has become small in it. */
  keepInView(box: Box): void {
    if (this.#view.getInteracting() || this.#view.getAnimating()) return;
    const extent = this.#extentOf(box);
    const inner = freeExtent(this.#view, undefined);
    const share = Math.max(getWidth(extent) / getWidth(inner), getHeight(extent) / getHeight(inner));
    const closest = (this.#view.getZoom() ?? 0) >= CLOSEST_FIT - 0.1;
    if (!containsExtent(inner, extent) || (share < SMALL && !closest)) this.fit(box);
  }

  /** Sets the pointing cursor while a click would have an effect. */
  setPointing(on: boolean): void {
    const viewport = this.map.getViewport();
    if (viewport) viewport.style.cursor = on ? "pointer" : "";
  }

  /** Waits for an animation to end, because a new padding would stop it. */
  setPadding(padding: Padding): void {
    this.#padding = [padding.top, padding.right, padding.bottom, padding.left];
    if (!this.#view.getAnimating()) this.#applyPadding();
  }

  /** The place in the middle of what is free stays there, so that the address names the same place whatever is open. */
  #applyPadding(): void {
    if (String(this.#view.padding) === String(this.#padding)) return;
    const center = this.#view.getCenter();
    this.#view.padding = this.#padding; // which moves the centre, and leaves the picture where it is
    this.#keptCentre = center;
    if (!center) return;
    if (this.map.getTarget()) this.#view.animate({ center, duration: this.#motion(MOTION), easing: easeOut });
    else this.#view.setCenter(center);
  }

  #motion(duration: number): number {
    return this.#options.reducedMotion() ? 0 : duration;
  }

  /** In the copy of the world that is nearest to the centre of the map. */
  #extentOf(box: Box): number[] {
    const [west, south, , north] = box;
    const extent = transformExtent([west, south, unwrappedEast(box), north], "EPSG:4326", "EPSG:3857");
    const [middle = 0] = getCenter(extent);
    const [nearest = 0] = this.#nearestCopy([middle, 0]);
    return extent.map((edge, i) => (i % 2 === 0 ? edge + nearest - middle : edge));
  }

  #nearestCopy([x = 0, y = 0]: number[]): number[] {
    const [centreX = 0] = this.#view.getCenter() ?? [];
    return [x + Math.round((centreX - x) / EARTH_CIRCUMFERENCE) * EARTH_CIRCUMFERENCE, y];
  }

  #listen(element: HTMLElement): void {
    const { onClick, onDoubleClick, onMove, onPan, onRest } = this.#options;
    this.#menu.listen(element);
    this.map.on("click", (event) => {
      if (!this.#menu.takeClick()) onClick(pixelOf(event), isTouch(event), event.originalEvent.shiftKey);
    });
    this.map.on("dblclick", (event) => {
      if (onDoubleClick(pixelOf(event))) event.stopPropagation();
    });
    this.map.on("pointerdrag", onPan);
    element.addEventListener("keydown", (event) => {
      if (PAN_KEYS.has(event.key)) onPan();
    });
    this.map.on("pointermove", (event) => this.#pointer.move(event.dragging || isTouch(event) ? null : pixelOf(event)));
    element.addEventListener("pointerleave", () => this.#pointer.move(null));
    this.map.on("postrender", ({ frameState }) => {
      if (frameState) onMove(visibleArea(frameViewOf(frameState)));
    });
    this.map.on("moveend", () => {
      onRest();
      this.#hash.schedule();
      this.#applyPadding();
    });
    window.addEventListener("hashchange", this.#onHashChange);
  }

  readonly #onHashChange = (): void => {
    const requested = readHash(window.location.hash);
    if (!requested) return;
    this.#options.onPan();
    this.#view.setCenter(fromLonLat([requested.longitude, requested.latitude]));
    this.#view.setZoom(requested.zoom);
  };

  #writeHash(): void {
    const center = this.#view.getCenter();
    const zoom = this.#view.getZoom();
    if (!center || zoom === undefined) return;
    const [longitude = 0, latitude = 0] = toLonLat(center);
    const { pathname, search, hash } = window.location;
    const newHash = withPlace(hash, writeHash({ zoom, latitude, longitude }));
    window.history.replaceState(window.history.state, "", pathname + search + newHash);
  }
}
