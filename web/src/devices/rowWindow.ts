const SPARE_ROWS = 6;

export interface RowWindow {
  readonly first: number;
  /** The first row after the window. */
  readonly end: number;
}

/** Which rows of equal height are worth drawing: those in view and a few around them. */
export function rowWindow(top: number, height: number, rowHeight: number, count: number): RowWindow {
  const first = Math.floor(top / rowHeight) - SPARE_ROWS;
  const end = Math.ceil((top + height) / rowHeight) + SPARE_ROWS;
  return { first: Math.max(0, Math.min(first, count)), end: Math.min(count, Math.max(end, 0)) };
}
