import type MapBrowserEvent from "ol/MapBrowserEvent";

/** CSS pixels from the top left of the map. */
export type Pixel = readonly [x: number, y: number];

type PointerMapEvent = MapBrowserEvent<KeyboardEvent | WheelEvent | PointerEvent>;

/** Where on the map it happened. */
export function pixelOf(event: PointerMapEvent): [number, number] {
  const [x = 0, y = 0] = event.pixel;
  return [x, y];
}

export function isTouch(event: PointerMapEvent): boolean {
  return "pointerType" in event.originalEvent && event.originalEvent.pointerType === "touch";
}
