/** Runs a task at most once per interval: at once if it has rested that long, else at the end of it. */
export class Throttle {
  readonly #task: () => void;
  readonly #interval: number; // ms
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastRun = Number.NEGATIVE_INFINITY;

  constructor(interval: number, task: () => void) {
    this.#interval = interval;
    this.#task = task;
  }

  schedule(): void {
    if (this.#timer !== null) return;
    const wait = Math.max(0, this.#lastRun + this.#interval - performance.now());
    this.#timer = setTimeout(this.#run, wait);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #run = (): void => {
    this.#timer = null;
    this.#lastRun = performance.now();
    this.#task();
  };
}
