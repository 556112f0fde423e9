import type { Pixel } from "./pixel";

/** Reports the position of the pointer at most once per frame. */
export class PointerFrames {
  readonly #onPoint: (pixel: Pixel | null) => void;
  #request: number | null = null;
  #latest: Pixel | null = null;

  constructor(onPoint: (pixel: Pixel | null) => void) {
    this.#onPoint = onPoint;
  }

  /** Null when the pointer left the map. */
  move(pixel: Pixel | null): void {
    this.#latest = pixel;
    this.#request ??= requestAnimationFrame(() => {
      this.#request = null;
      this.#onPoint(this.#latest);
    });
  }

  stop(): void {
    if (this.#request !== null) cancelAnimationFrame(this.#request);
    this.#request = null;
  }
}
