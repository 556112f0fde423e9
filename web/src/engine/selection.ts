import type { DeviceStore } from "./deviceStore";
import { fetchJson } from "./fetchJson";
import { readPosition } from "./message";
import { Value } from "./readable";
import type { LivePosition } from "./types";

const PACE = 250; // ms between looks into the store
const ASK_EVERY = 3000; // ms, of the server about a device that is out of view
const DEADLINE = 10_000; // ms

export interface SelectionOptions {
  readonly base: string;
  readonly store: DeviceStore;
  readonly serverNow: () => number;
}

/** The selected device and its newest position, which the server is asked for while the view does not bring it. */
export class Selection {
  readonly deviceId = new Value<string | null>(null);
  readonly position = new Value<LivePosition | null>(null);
  readonly #options: SelectionOptions;
  #timer: ReturnType<typeof setInterval> | null = null;
  #request: AbortController | null = null;
  #askedAt = 0;

  constructor(options: SelectionOptions) {
    this.#options = options;
  }

  set(deviceId: string | null): void {
    if (deviceId === this.deviceId.get()) return;
    this.stop();
    this.deviceId.set(deviceId);
    this.position.set(null);
    if (deviceId === null) return;
    this.#askedAt = 0;
    this.#timer = setInterval(() => this.#look(deviceId), PACE);
    this.#look(deviceId);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#request?.abort();
  }

  #look(deviceId: string): void {
    const { store, serverNow } = this.#options;
    const row = store.row(deviceId);
    const held = row === undefined ? null : store.positionAt(row, serverNow());
    if (held) this.#show(held);
    else if (Date.now() - this.#askedAt > ASK_EVERY) void this.#ask(deviceId);
  }

  async #ask(deviceId: string): Promise<void> {
    this.#askedAt = Date.now();
    this.#request = new AbortController();
    const cancel = this.#request.signal;
    const url = new URL(`api/devices/${encodeURIComponent(deviceId)}`, this.#options.base);
    // What cannot be had now is asked for again in three seconds.
    const answer = await fetchJson(url, DEADLINE, cancel).catch(() => null);
    const position = readDevice(answer);
    if (position && !cancel.aborted && deviceId === this.deviceId.get()) this.#show(position);
  }

  #show(position: LivePosition): void {
    const before = this.position.get();
    const same = before?.timestamp === position.timestamp && before.status === position.status;
    if (!same) this.position.set(position);
  }
}

/** `D` of the protocol as `L`. */
function readDevice(value: unknown): LivePosition | null {
  const device = value as { position?: { time?: number }; name?: string; kind?: string; status?: string } | null;
  if (!device?.position) return null;
  const { position, name, kind, status } = device;
  return readPosition({ ...position, timestamp: position.time, name, kind, status });
}
