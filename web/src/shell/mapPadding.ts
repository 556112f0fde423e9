import type { Padding } from "../engine/types";
import type { Layout } from "../hooks/useLayout";
import { type SheetStop, sheetHeight } from "./sheetStops";

const EDGE = 24;
/** The search pill and the badge under it. */
const MOBILE_TOP = 64;

/** Which edges of the map something lies over. Side panels stand beside the map, the sheet lies on it. */
export function mapPadding(layout: Layout, stop: SheetStop, viewport: number): Padding {
  const sides = { left: EDGE, right: EDGE };
  if (layout !== "mobile") return { ...sides, top: EDGE, bottom: EDGE };
  // The map itself ends where the sheet that peeks begins.
  // Under a full sheet nothing is left to centre in; the place it had at half stays.
  const covering = stop === "full" ? "half" : stop;
  return { ...sides, top: MOBILE_TOP, bottom: sheetHeight(covering, viewport) - sheetHeight("peek", viewport) + EDGE };
}
