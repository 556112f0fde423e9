const FRAME = 1000 / 60; // ms
const VISIBLE_STEP = 0.5; // pixels: a smaller move is not worth a frame
const LONGEST_REST = 1000; // ms, for markers that go stale
const SHARE = 0.6; // of the time that drawing may take of a slow machine

export interface Motion {
  /** Of the fastest marker, pixels per ms. */
  readonly speed: number;
  readonly turning: boolean;
}

/** Ms until a new frame would look different, and no sooner than the last one's cost allows. */
export function pauseTime({ speed, turning }: Motion, cost: number): number {
  const moving = speed > 0 ? VISIBLE_STEP / speed : LONGEST_REST;
  const wanted = Math.min(turning ? 2 * FRAME : LONGEST_REST, moving);
  return Math.max(wanted, cost > FRAME / 2 ? cost / SHARE : 0);
}

/** Asks for one frame at a time: with the next one of the screen, or after a rest. */
export class RedrawClock {
  readonly #draw: (delay: number) => void;
  #frame: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `draw` gets the ms from the request of the frame to the frame. */
  constructor(draw: (delay: number) => void) {
    this.#draw = draw;
  }

  /** With the next frame of the screen. */
  wake(): void {
    if (this.#frame !== null) return;
    this.#clearTimer();
    const requestedAt = performance.now();
    this.#frame = requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw(performance.now() - requestedAt);
    });
  }

  /** After so many ms, unless it is woken before. */
  wakeIn(rest: number): void {
    if (this.#frame !== null) return;
    if (rest <= FRAME) {
      this.wake();
      return;
    }
    this.#clearTimer();
    this.#timer = setTimeout(() => this.wake(), rest - FRAME / 2);
  }

  stop(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    this.#clearTimer();
  }

  #clearTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
