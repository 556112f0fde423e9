import type { DeviceStore } from "./deviceStore";

/** The fleet that is on the map: the one of now, or one of the past while that is played. */
export interface Scene {
  readonly store: DeviceStore;
  /** Its time, by the server's clock. */
  readonly now: () => number;
  readonly past: boolean;
}
