export const COLOURS = 8;
/** What the colour of a marker means, beside its shape: the status, the speed or the kind, in eight colours. */
export type Colouring = "status" | "speed" | ReadonlyMap<string, number>;

/** Metres a second from which on a marker has the next colour. */
export const SPEED_STEPS = [1, 5, 10, 15, 20, 30, 60] as const;

/** 0 for the colour of its status, else 1 and on; of what has no colour of its own, the last. `speed` is NaN where it is
 * not known. */
export function colourCode(colouring: Colouring, kind: string, speed: number): number {
  if (colouring === "status") return 0;
  if (colouring !== "speed") return 1 + (colouring.get(kind) ?? COLOURS - 1);
  return Number.isNaN(speed) ? 0 : 1 + SPEED_STEPS.filter((step) => speed >= step).length;
}
