const FAILING = 5000; // ms
const SILENT = 15_000; // ms

/** Detects a failing tile server: no tile for `FAILING` ms after an error, or `SILENT` ms after a request. */
export class TileFailureDetector {
  readonly #onFailure: () => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #refused = false;

  constructor(onFailure: () => void) {
    this.#onFailure = onFailure;
  }

  readonly onRequest = (): void => {
    if (this.#timer === null) this.#failIn(SILENT);
  };

  readonly onError = (): void => {
    if (!this.#refused) this.#failIn(FAILING);
    this.#refused = true;
  };

  readonly onLoad = (): void => {
    this.stop();
    this.#refused = false;
  };

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #failIn(wait: number): void {
    this.stop();
    this.#timer = setTimeout(this.#onFailure, wait);
  }
}
