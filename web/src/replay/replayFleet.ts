import type { DeviceStore } from "../fleet/deviceStore";
import type { Waypoint } from "../fleet/glides";
import { metresBetween, worldX, worldY } from "../lib/mercator";
import type { LivePosition } from "../live/position";
import type { Fix, ReplayBlock } from "./replayBlock";

/** Ms between two fixes up to which the way between them is taken for known. */
export const LONGEST_LEG = 600_000;
/** Ms after its last fix in which a device stays on the map, standing and soon stale. */
export const LONGEST_HOLD = 3_600_000;
const MOVING = 0.5; // m/s, as the server has it
const SHORT_LEG = 15_000; // ms; in a leg so short, the speed at its begin decides whether the device moves

/** The hour that is played and its neighbours, as far as they are there. */
export interface Blocks {
  readonly before: ReplayBlock | null;
  readonly now: ReplayBlock | null;
  readonly after: ReplayBlock | null;
}

export interface ReplayFleetOptions {
  readonly store: DeviceStore;
  readonly deviceName: (deviceId: string) => string | undefined;
}

/** Puts each device of the past where it was at a time: on its way from one fix to the next, or standing at the last. */
export class ReplayFleet {
  readonly #options: ReplayFleetOptions;
  #blocks: Blocks = { before: null, now: null, after: null };
  #devices: string[] = [];
  /** Until when what is shown of each device holds. */
  #until = new Float64Array(0);
  #time = Number.NEGATIVE_INFINITY;
  #leapt = false;

  constructor(options: ReplayFleetOptions) {
    this.#options = options;
  }

  /** What is shown next does not follow from what was shown before: no way leads there. */
  jump(): void {
    this.#leapt = true;
  }

  /** True where something was changed. */
  show(time: number, blocks: Blocks): boolean {
    const others = !same(blocks, this.#blocks);
    if (others) this.#gather(blocks);
    if (time < this.#time) this.jump();
    if (this.#leapt) this.#options.store.glides.resetTrail(time);
    if (others || this.#leapt) this.#until.fill(Number.NEGATIVE_INFINITY);
    this.#time = time;
    let changed = others;
    for (let i = 0; i < this.#until.length; i += 1) {
      if (time < (this.#until[i] ?? 0)) continue;
      this.#until[i] = this.#place(this.#devices[i] ?? "", time);
      changed = true;
    }
    this.#leapt = false;
    return changed;
  }

  /** Of the fixes of a device around a time that are held, the nearest before or after it. */
  adjacentFix(deviceId: string, time: number, direction: -1 | 1): Fix | null {
    const { at, next } = around(this.#blocks, deviceId, direction < 0 ? time - 1 : time);
    return direction < 0 ? at : next;
  }

  #gather(blocks: Blocks): void {
    this.#blocks = blocks;
    const devices = new Set([...(blocks.now?.devices ?? []), ...(blocks.before?.devices ?? [])]);
    for (const { device_id } of [...this.#options.store.positions]) {
      if (!devices.has(device_id)) this.#options.store.remove(device_id);
    }
    this.#devices = [...devices];
    this.#until = new Float64Array(this.#devices.length);
  }

  /** Returns until when that holds. */
  #place(deviceId: string, time: number): number {
    const { store, deviceName } = this.#options;
    const { at, next } = around(this.#blocks, deviceId, time);
    const nextTime = next?.time ?? Number.POSITIVE_INFINITY;
    if (!at || time >= at.time + LONGEST_HOLD) {
      store.remove(deviceId);
      return nextTime;
    }
    const end = next && next.time - at.time <= LONGEST_LEG ? next : null;
    this.#recordTrail(deviceId, at);
    const name = deviceName(deviceId);
    const position = { ...positionOf(deviceId, at, end), kind: this.#kindOf(deviceId) };
    store.playSegment(name === undefined ? position : { ...position, name }, end && waypoint(end));
    return end ? end.time : Math.min(nextTime, at.time + LONGEST_HOLD);
  }

  /** Of the way from the fix that it was shown from until now. */
  #recordTrail(deviceId: string, at: Fix): void {
    const { positions, glides } = this.#options.store;
    if (!glides.trail || this.#leapt) return;
    const before = positions[this.#options.store.row(deviceId) ?? -1];
    if (!before) return;
    const took = at.time - before.timestamp;
    if (took <= 0 || took > LONGEST_LEG) return;
    const [from, to] = [before, at].map(({ longitude, latitude }) => [worldX(longitude), worldY(latitude)] as const);
    if (from && to) glides.trail.add(...from, ...to, at.time);
  }

  #kindOf(deviceId: string): string {
    const { now, before } = this.#blocks;
    return now?.kinds[now.row(deviceId) ?? -1] ?? before?.kinds[before.row(deviceId) ?? -1] ?? "";
  }
}

interface Around {
  readonly at: Fix | null;
  readonly next: Fix | null;
}

function around({ before, now, after }: Blocks, deviceId: string, time: number): Around {
  const found = now?.around(now.row(deviceId) ?? -1, time);
  return {
    at: found?.at ?? before?.last(before.row(deviceId) ?? -1) ?? null,
    next: found?.next ?? after?.first(after.row(deviceId) ?? -1) ?? null,
  };
}

function positionOf(deviceId: string, at: Fix, end: Fix | null): LivePosition {
  const { time, longitude, latitude, speed, course } = at;
  return {
    device_id: deviceId,
    timestamp: time,
    longitude,
    latitude,
    ...(speed !== undefined && { speed }),
    ...(course !== undefined && { course }),
    status: isMoving(at, end) ? "moving" : "stopped",
  };
}

/** The speed of a moment does not hold for a leg of minutes. */
function isMoving(at: Fix, end: Fix | null): boolean {
  const duration = end ? end.time - at.time : 0;
  if (!end || (at.speed !== undefined && duration <= SHORT_LEG)) return (at.speed ?? 0) > MOVING;
  const [from, to] = [waypoint(at), waypoint(end)];
  return (metresBetween(from.x, from.y, to.x, to.y) * 1000) / duration > MOVING;
}

function waypoint({ time, longitude, latitude, course }: Fix): Waypoint {
  return { x: worldX(longitude), y: worldY(latitude), time, course };
}

function same(one: Blocks, other: Blocks): boolean {
  return one.before === other.before && one.now === other.now && one.after === other.after;
}
