export interface PageMode {
  /** The map alone, for a screen on a wall. */
  readonly kiosk: boolean;
  /** Nothing moves, for tests and pictures. */
  readonly paused: boolean;
}

/** What the query of the address asks of the page: `?kiosk`, `?pause`. */
export function readPageMode(query: string): PageMode {
  const parameters = new URLSearchParams(query);
  return { kiosk: parameters.has("kiosk"), paused: parameters.has("pause") };
}
