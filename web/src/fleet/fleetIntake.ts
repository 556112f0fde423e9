import type { Message } from "../live/message";
import type { LivePosition } from "../live/position";
import type { DeviceStore } from "./deviceStore";

export interface FleetIntakeOptions {
  readonly store: DeviceStore;
  /** Hears of each position. */
  readonly onPosition: (position: LivePosition) => void;
}

/** Takes what the socket says of positions into the store, and counts it. */
export class FleetIntake {
  readonly counts = { messages: 0, updates: 0, positions: 0, lastUpdateAt: null as number | null };
  /** Positions that were news, and not told because they are there. */
  liveCount = 0;
  readonly #options: FleetIntakeOptions;

  constructor(options: FleetIntakeOptions) {
    this.#options = options;
  }

  /** True where it was about positions. */
  onMessage(message: Message): boolean {
    this.counts.messages += 1;
    if (message.type !== "snapshot" && message.type !== "update") return false;
    const { positions } = message;
    const { store, onPosition } = this.#options;
    if (message.type === "snapshot") store.replace(positions, performance.now());
    else {
      store.update(positions, performance.now());
      this.liveCount += positions.length;
    }
    positions.forEach(onPosition);
    this.counts.updates += 1;
    this.counts.positions += positions.length;
    this.counts.lastUpdateAt = Date.now();
    return true;
  }
}
