import { shiftKeyOnly } from "ol/events/condition";
import DragBox from "ol/interaction/DragBox";
import type { Pixel } from "./pixel";

/** Dragging with the shift key draws a box; `onBox` gets two opposite corners. */
export function boxSelect(onBox: (corner: Pixel, opposite: Pixel) => void): DragBox {
  const box = new DragBox({ condition: shiftKeyOnly, className: "ol-dragbox select-box" });
  let start: Pixel = [0, 0];
  box.on("boxstart", ({ mapBrowserEvent }) => {
    const [x = 0, y = 0] = mapBrowserEvent?.pixel ?? [];
    start = [x, y];
  });
  box.on("boxend", ({ mapBrowserEvent }) => {
    const [x = 0, y = 0] = mapBrowserEvent?.pixel ?? start;
    onBox(start, [x, y]);
  });
  return box;
}
