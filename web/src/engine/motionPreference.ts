import type { DeviceStore } from "../fleet/deviceStore";

export interface MotionPreferenceOptions {
  readonly stores: readonly DeviceStore[];
  /** Nothing moves, whatever the user prefers. */
  readonly paused: boolean;
}

/** Applies the preference for reduced motion to the markers of all stores, now and with each change until `stop`. */
export class MotionPreference {
  readonly #query = window.matchMedia("(prefers-reduced-motion: reduce)");
  readonly #options: MotionPreferenceOptions;

  constructor(options: MotionPreferenceOptions) {
    this.#options = options;
  }

  /** Whether the user prefers reduced motion. */
  get reduced(): boolean {
    return this.#query.matches;
  }

  start(): void {
    this.#query.addEventListener("change", this.#apply);
    this.#apply();
  }

  stop(): void {
    this.#query.removeEventListener("change", this.#apply);
  }

  readonly #apply = (): void => {
    const smooth = !this.reduced && !this.#options.paused;
    for (const { glides } of this.#options.stores) glides.smooth = smooth;
  };
}
