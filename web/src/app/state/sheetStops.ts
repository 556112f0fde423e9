import { remPixels } from "../../lib/remPixels";

const SHEET_STOPS = ["peek", "half", "full"] as const;
export type SheetStop = (typeof SHEET_STOPS)[number];

const PEEK_REM = 6;

/** The height of the sheet in pixels; the fractions are those of shell.css. */
export function sheetHeight(stop: SheetStop, viewport: number): number {
  if (stop === "peek") return PEEK_REM * remPixels();
  return Math.round(viewport * (stop === "half" ? 0.5 : 0.9));
}

/** Where a sheet comes to rest that was let go at this height. */
export function nearestStop(height: number, viewport: number): SheetStop {
  const distance = (stop: SheetStop): number => Math.abs(sheetHeight(stop, viewport) - height);
  return SHEET_STOPS.reduce((best, stop) => (distance(stop) < distance(best) ? stop : best));
}

export function nextStop(stop: SheetStop): SheetStop {
  return SHEET_STOPS[(SHEET_STOPS.indexOf(stop) + 1) % SHEET_STOPS.length] ?? "peek";
}
