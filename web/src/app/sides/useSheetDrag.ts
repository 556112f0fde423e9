import { type PointerEvent, useRef, useState } from "react";
import { nearestStop, nextStop, type SheetStop, sheetHeight } from "../state/sheetStops";

const TAP_PIXELS = 6;

/** Lets a handle be dragged to a stop, or tapped for the next. `dragged` is the height in between, or null. */
export function useSheetDrag(stop: SheetStop, onStop: (stop: SheetStop) => void) {
  const [dragged, setDragged] = useState<number | null>(null);
  const start = useRef<{ readonly y: number; readonly height: number } | null>(null);
  const viewport = window.innerHeight;

  function down(event: PointerEvent): void {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { y: event.clientY, height: sheetHeight(stop, viewport) };
  }
  function drag(event: PointerEvent): void {
    if (start.current === null) return;
    const up = start.current.y - event.clientY;
    if (dragged === null && Math.abs(up) <= TAP_PIXELS) return;
    setDragged(Math.min(Math.max(start.current.height + up, 0), viewport));
  }
  function up(): void {
    start.current = null;
    if (dragged !== null) onStop(nearestStop(dragged, viewport));
    // The click that ends a drag comes right after this, and must still see that there was one.
    setTimeout(() => setDragged(null));
  }
  function tap(): void {
    if (dragged === null) onStop(nextStop(stop));
  }
  return {
    dragged,
    handlers: { onPointerDown: down, onPointerMove: drag, onPointerUp: up, onPointerCancel: up, onClick: tap },
  };
}
