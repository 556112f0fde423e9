import { address, fetchJson } from "../api/request";
import { Value } from "../lib/readable";
import { decodeDevice } from "../live/messageDecoder";
import type { LivePosition } from "../live/position";
import { PositionColumns } from "../live/positionColumns";
import type { Scene } from "./scene";

const PACE = 250; // ms between looks into the store
const REQUEST_INTERVAL = 5000; // ms, of the server about a device that is out of view, or that drove out of it

export interface SelectionOptions {
  readonly base: string;
  readonly scene: () => Scene;
}

/** The selected device and its newest position, requested from the server while the view does not contain it. */
export class Selection {
  readonly deviceId = new Value<string | null>(null);
  readonly position = new Value<LivePosition | null>(null);
  readonly #options: SelectionOptions;
  #timer: ReturnType<typeof setInterval> | null = null;
  #request: AbortController | null = null;
  #requestedAt = 0;

  constructor(options: SelectionOptions) {
    this.#options = options;
  }

  set(deviceId: string | null): void {
    if (deviceId === this.deviceId.get()) return;
    this.stop();
    this.deviceId.set(deviceId);
    this.position.set(null);
    if (deviceId === null) return;
    this.#requestedAt = 0;
    this.#timer = setInterval(() => this.#refresh(deviceId), PACE);
    this.#refresh(deviceId);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#request?.abort();
  }

  #refresh(deviceId: string): void {
    const { store, now, past } = this.#options.scene();
    const row = store.row(deviceId);
    const held = row === undefined ? null : store.positionAt(row, now());
    if (held || past) this.#show(held);
    if (past) return;
    const reportedAt = row === undefined ? undefined : store.glides.reportedAt[row];
    const silent = reportedAt === undefined || performance.now() - reportedAt > REQUEST_INTERVAL;
    if (silent && Date.now() - this.#requestedAt > REQUEST_INTERVAL) void this.#fetch(deviceId);
  }

  async #fetch(deviceId: string): Promise<void> {
    this.#requestedAt = Date.now();
    this.#request = new AbortController();
    const cancel = this.#request.signal;
    const { base, scene } = this.#options;
    const url = address(`api/devices/${encodeURIComponent(deviceId)}`, {}, base);
    // A failed request is repeated in five seconds.
    const position = decodeDevice(await fetchJson(url, cancel).catch(() => null));
    const { store, past } = scene();
    if (!position || past || cancel.aborted) return;
    // What the store has of a device that left the view is where it left; drawn or followed, it must be where it is.
    if (store.row(deviceId) === undefined) this.#show(position);
    else store.update(PositionColumns.of([position]), performance.now());
  }

  #show(position: LivePosition | null): void {
    const before = this.position.get();
    const same = before?.timestamp === position?.timestamp && before?.status === position?.status;
    if (!same) this.position.set(position);
  }
}
