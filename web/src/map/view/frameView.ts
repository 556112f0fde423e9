import type { FrameState } from "ol/Map";
import { EARTH_CIRCUMFERENCE } from "../../lib/mercator";
import type { VisibleArea } from "../../live/viewReport";

/** Where the map looks in one frame. World units are those of `mercator.ts`, lengths CSS pixels. */
export interface FrameView {
  readonly centreX: number;
  readonly centreY: number;
  readonly scale: number; // pixels per world unit
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly zoom: number;
}

export function frameViewOf(frame: FrameState): FrameView {
  const { center, resolution, zoom } = frame.viewState;
  const [width = 0, height = 0] = frame.size;
  return {
    centreX: (center[0] ?? 0) / EARTH_CIRCUMFERENCE + 0.5,
    centreY: 0.5 - (center[1] ?? 0) / EARTH_CIRCUMFERENCE,
    scale: EARTH_CIRCUMFERENCE / resolution,
    width,
    height,
    pixelRatio: frame.pixelRatio,
    zoom,
  };
}

export function visibleArea(view: FrameView): VisibleArea {
  const x = view.width / 2 / view.scale;
  const y = view.height / 2 / view.scale;
  return {
    west: view.centreX - x,
    east: view.centreX + x,
    north: view.centreY - y,
    south: view.centreY + y,
    zoom: view.zoom,
  };
}

/** How many copies of the world are in view on either side of the middle one. */
export function worldCopies(view: FrameView): number {
  return Math.max(0, Math.ceil((view.width / view.scale - 1) / 2));
}
