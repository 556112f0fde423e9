import type { Message } from "../live/message";
import type { PositionColumns } from "../live/positionColumns";
import type { DeviceStore } from "./deviceStore";

export interface FleetIntakeOptions {
  readonly store: DeviceStore;
  /** Called with the positions of each message. */
  readonly onPositions: (positions: PositionColumns) => void;
}

/** Applies the position messages of the socket to the store, and counts them. */
export class FleetIntake {
  readonly counts = { messages: 0, updates: 0, positions: 0, lastUpdateAt: null as number | null };
  /** Positions of updates, without those of snapshots. */
  liveCount = 0;
  readonly #options: FleetIntakeOptions;

  constructor(options: FleetIntakeOptions) {
    this.#options = options;
  }

  /** True when the message held positions. */
  onMessage(message: Message): boolean {
    this.counts.messages += 1;
    if (message.type !== "snapshot" && message.type !== "update") return false;
    const { positions } = message;
    const { store, onPositions } = this.#options;
    if (message.type === "snapshot") store.replace(positions, performance.now());
    else {
      store.update(positions, performance.now());
      this.liveCount += positions.count;
    }
    onPositions(positions);
    this.counts.updates += 1;
    this.counts.positions += positions.count;
    this.counts.lastUpdateAt = Date.now();
    return true;
  }
}
