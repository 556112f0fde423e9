export interface PageMode {
  /** The map alone, for a screen on a wall. */
  readonly kiosk: boolean;
  /** Nothing moves, for tests and pictures. */
  readonly paused: boolean;
}

/** The modes in the query of the address: `?kiosk`, `?pause`. */
export function readPageMode(query: string): PageMode {
  const parameters = new URLSearchParams(query);
  return { kiosk: parameters.has("kiosk"), paused: parameters.has("pause") };
}
