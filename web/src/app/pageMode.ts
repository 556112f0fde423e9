export interface PageMode {
  /** The map alone, for a screen on a wall. */
  readonly kiosk: boolean;
  /** Nothing moves, for tests and pictures. */
  readonly still: boolean;
}

/** What the query of the address asks of the page: `?kiosk`, `?pause`. */
export function readPageMode(query: string): PageMode {
  const asked = new URLSearchParams(query);
  return { kiosk: asked.has("kiosk"), still: asked.has("pause") };
}
