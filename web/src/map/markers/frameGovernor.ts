/** How markers are drawn: by the graphics card, in all their number of pixels or fewer, or frames; or by the page. */
export type Drawing = "full" | "coarse" | "sparse" | "compatible";

const LATE = 50; // ms from asking for a frame to having it; twenty a second is the least that looks like motion
const WATCHED = 2000; // ms
const TIMES = 2; // in a row; a page is late while it opens
const FEWEST = 2; // frames in that time for a result

/** How much of what could be drawn is drawn: all, at one pixel a pixel, or that and fewer frames. */
export type Quality = "full" | "coarse" | "sparse";

const LEVELS: readonly Quality[] = ["full", "coarse", "sparse"];

/** Lowers the quality by one step when frames were late in two windows of two seconds. It never raises it again. */
export class FrameGovernor {
  readonly #chosen: () => "auto" | "full" | "reduced";
  #level = 0;
  #late = 0; // times in a row
  #times: number[] = [];
  #delays: number[] = [];

  constructor(chosen: () => "auto" | "full" | "reduced" = () => "auto") {
    this.#chosen = chosen;
  }

  /** What someone chose goes before what was measured. */
  get quality(): Quality {
    const chosen = this.#chosen();
    if (chosen === "full") return "full";
    const measured = LEVELS[this.#level] ?? "full";
    return chosen === "reduced" && measured === "full" ? "coarse" : measured;
  }

  /** A frame came at `now`, so many ms after its request. */
  add(now: number, delay: number): void {
    this.#times.push(now);
    this.#delays.push(delay);
    if (now - (this.#times[0] ?? now) < WATCHED) return;
    const sorted = this.#delays.sort((a, b) => a - b);
    const late = sorted.length >= FEWEST && (sorted[Math.floor(sorted.length * 0.5)] ?? 0) > LATE;
    this.#times = [];
    this.#delays = [];
    this.#late = late ? this.#late + 1 : 0;
    if (this.#late < TIMES) return;
    this.#late = 0;
    this.#level = Math.min(LEVELS.length - 1, this.#level + 1);
  }
}
