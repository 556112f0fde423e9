import { readNames, readParameters, withParameters, writeNames } from "../lib/hashParameters";
import { Throttle } from "../lib/throttle";
import type { TimeRange } from "../lib/timeRange";
import type { Replay, ReplaySpeed, ReplayState } from "./replay";
import { REPLAY_SPEEDS } from "./replay";

const PACE = 1000; // ms

export interface ReplayParameters {
  readonly range: TimeRange;
  readonly time: number;
  readonly speed: ReplaySpeed | null;
  /** Null for all. */
  readonly devices: readonly string[] | null;
}

/** The replay of an address; null when the address holds none that can be played. */
export function readReplay(hash: string): ReplayParameters | null {
  const parameters = readParameters(hash);
  if (parameters.get("mode") !== "replay") return null;
  const [from = Number.NaN, to = Number.NaN] = ["from", "to"].map((name) => Date.parse(parameters.get(name) ?? ""));
  if (!(from < to)) return null;
  const time = Date.parse(parameters.get("t") ?? "");
  const speed = REPLAY_SPEEDS.find((one) => String(one) === parameters.get("speed")) ?? null;
  const devices = readNames(parameters.get("devices") ?? "");
  return {
    range: { from, to },
    time: time >= from && time <= to ? time : from,
    speed,
    devices: devices.length > 0 ? devices : null,
  };
}

/** The address of a moment of a replay, without one that of the live map. */
export function writeReplay(hash: string, state: ReplayState | null): string {
  return withParameters(hash, {
    mode: state && "replay",
    from: state && written(state.range.from),
    to: state && written(state.range.to),
    t: state && written(state.time),
    speed: state && String(state.speed),
    devices: writeNames(state?.devices ?? []),
  });
}

function written(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Keeps the address and the replay in step, in both directions. */
export class ReplayAddress {
  readonly #replay: Replay;
  readonly #throttle = new Throttle(PACE, () => this.#write());
  #stop: (() => void) | null = null;

  constructor(replay: Replay) {
    this.#replay = replay;
  }

  start(): void {
    this.#read();
    this.#stop = this.#replay.state.subscribe(() => this.#throttle.schedule());
    window.addEventListener("hashchange", this.#read);
  }

  stop(): void {
    this.#stop?.();
    this.#throttle.stop();
    window.removeEventListener("hashchange", this.#read);
  }

  readonly #read = (): void => {
    const requested = readReplay(window.location.hash);
    if (!requested) return;
    this.#replay.show(requested.range, requested.time, requested.devices);
    if (requested.speed) this.#replay.setSpeed(requested.speed);
  };

  #write(): void {
    const { pathname, search, hash } = window.location;
    const newHash = writeReplay(hash, this.#replay.state.get());
    if (newHash !== (hash || "#")) window.history.replaceState(window.history.state, "", pathname + search + newHash);
  }
}
