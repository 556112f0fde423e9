import type { Readable } from "../lib/readable";
import type { TimeRange } from "../lib/timeRange";
import type { LivePosition } from "../live/position";
import type { Fix } from "./replayBlock";

export const REPLAY_SPEEDS = [1, 10, 60, 600, 3600] as const;
/** Seconds of the past in one of ours. */
export type ReplaySpeed = (typeof REPLAY_SPEEDS)[number];

export interface ReplayState {
  /** The play-head stays in it. */
  readonly range: TimeRange;
  /** Where the play-head is; while it plays, changes at most four times a second. */
  readonly time: number;
  readonly playing: boolean;
  readonly speed: ReplaySpeed;
  /** The only devices that are played; null for all. */
  readonly devices: readonly string[] | null;
  /** Whether it restarts at the end. */
  readonly loop: boolean;
  /** Whether the data of this time are still loading. */
  readonly waiting: boolean;
  /** Why loading failed, or null. */
  readonly error: string | null;
  /** The periods with stored positions, oldest first, adjacent hours joined; null until they are known. */
  readonly stored: readonly TimeRange[] | null;
  /** Live positions received since the replay began. */
  readonly newer: number;
}

/** A replay of the stored fleet on the map in place of the live markers, which keep updating unseen. */
export interface Replay {
  /** Null while the map is live. */
  readonly state: Readable<ReplayState | null>;
  /** The fixes of the selected device in the hour that is played, oldest first. */
  readonly track: Readable<readonly Fix[]>;
  /** Every device that is on the map at this moment, as it was then. */
  fleet(): readonly LivePosition[];
  /** How many those are. */
  fleetSize(): number;
  /** The exact time of the play-head, for everything that moves with it. */
  readonly clock: { time(): number };
  /**
   * Shows a range, paused: at a time in it, else at the play-head of before if devices were there, else when half of the
   * devices of its first hour are there. Plays these devices, null for all; without the argument those of before.
   */
  show(range: TimeRange, time?: number, devices?: readonly string[] | null): void;
  /** The map is live again. */
  end(): void;
  play(on: boolean): void;
  seek(time: number): void;
  /** To the next fix of the selected device or the one before; without one, ten seconds on or back. */
  step(direction: -1 | 1): void;
  setSpeed(speed: ReplaySpeed): void;
  setLoop(on: boolean): void;
  /** Plays only these devices, or all again. */
  limit(devices: readonly string[] | null): void;
  /** Repeats the requests that failed. */
  retry(): void;
}
