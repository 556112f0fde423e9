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
  /** At the end it begins anew. */
  readonly loop: boolean;
  /** What is to be shown is still to come. */
  readonly waiting: boolean;
  /** Why it could not be had, or null. */
  readonly error: string | null;
  /** The hours that hold anything, those that touch as one, oldest first; null until that is known. */
  readonly stored: readonly TimeRange[] | null;
  /** Live positions that came since the past is shown. */
  readonly newer: number;
}

/** The past of the fleet, played on the map in place of the live markers, which go on meanwhile unseen. */
export interface Replay {
  /** Null while the map is live. */
  readonly state: Readable<ReplayState | null>;
  /** What is known of the selected device in the hour that is played, oldest first. */
  readonly track: Readable<readonly Fix[]>;
  /** Every device that is on the map at this moment, as it was then. */
  fleet(): readonly LivePosition[];
  /** Where the play-head is at this moment, for what moves with it. */
  readonly clock: { time(): number };
  /** Shows a range, standing; at a time in it, or where the play-head was if devices were there, or else where half of the
   * devices are there that its history begins with. Of these
   * devices, null for all; where nothing is said, of those that were played before. */
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
  /** Asks once more for what could not be had. */
  retry(): void;
}
