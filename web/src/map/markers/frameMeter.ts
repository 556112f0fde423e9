const KEPT = 240; // frames
const SECOND = 1000;

export interface FrameFigures {
  /** Markers in the last frame. */
  readonly drawn: number;
  /** Frames drawn in the last second; fewer than the screen shows, where nothing moves by half a pixel. */
  readonly fps: number;
  /** Script of the live layer per frame, the mean. */
  readonly jsPerFrameMs: number;
  /** What nineteen frames of twenty stay under. */
  readonly jsPerFrameMs95: number;
}

/** What drawing costs, over the last frames. */
export class FrameMeter {
  drawn = 0;
  readonly #times = new Float64Array(KEPT);
  readonly #costs = new Float64Array(KEPT);
  #frames = 0;

  add(now: number, cost: number, drawn: number): void {
    this.#times[this.#frames % KEPT] = now;
    this.#costs[this.#frames % KEPT] = cost;
    this.#frames += 1;
    this.drawn = drawn;
  }

  figures(now: number): FrameFigures {
    const kept = Math.min(this.#frames, KEPT);
    const costs = this.#costs.slice(0, kept).sort();
    return {
      drawn: this.drawn,
      fps: this.#times.subarray(0, kept).filter((time) => now - time <= SECOND).length,
      jsPerFrameMs: costs.reduce((sum, cost) => sum + cost, 0) / Math.max(1, kept),
      jsPerFrameMs95: costs[Math.floor(kept * 0.95)] ?? 0,
    };
  }
}
