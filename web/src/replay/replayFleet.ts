import type { DeviceStore } from "../fleet/deviceStore";
import type { Segment, Waypoint } from "../fleet/glides";
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
  #devices: PastDevice[] = [];
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
    // By index: most devices of a frame need no more than this comparison.
    for (let i = 0; i < this.#until.length; i += 1) {
      const device = this.#devices[i];
      if (time < (this.#until[i] ?? 0) || !device) continue;
      this.#until[i] = this.#place(device, time);
      changed = true;
    }
    this.#leapt = false;
    return changed;
  }

  /** Of the fixes of a device around a time that are held, the nearest before or after it. */
  adjacentFix(deviceId: string, time: number, direction: -1 | 1): Fix | null {
    const device = findDevice(this.#blocks, deviceId);
    const { at, next } = around(this.#blocks, device, direction < 0 ? time - 1 : time);
    return direction < 0 ? at : next;
  }

  #gather(blocks: Blocks): void {
    this.#blocks = blocks;
    const devices = new Set([...(blocks.now?.devices ?? []), ...(blocks.before?.devices ?? [])]);
    this.#options.store.retain(devices);
    this.#devices = [...devices].map((deviceId) => findDevice(blocks, deviceId));
    this.#until = new Float64Array(this.#devices.length);
  }

  /** Returns until when that holds. */
  #place(device: PastDevice, time: number): number {
    const { store, deviceName } = this.#options;
    const { at, next } = around(this.#blocks, device, time);
    const nextTime = next?.time ?? Number.POSITIVE_INFINITY;
    if (!at || time >= at.time + LONGEST_HOLD) {
      store.remove(device.id);
      return nextTime;
    }
    const end = next && next.time - at.time <= LONGEST_LEG ? next : null;
    this.#recordTrail(device.id, at);
    const segment = { begin: waypoint(at), end: end && waypoint(end) };
    store.playSegment(positionOf(device, at, segment, deviceName(device.id)), segment);
    return end ? end.time : Math.min(nextTime, at.time + LONGEST_HOLD);
  }

  /** Of the way from the fix that it was shown from until now. */
  #recordTrail(deviceId: string, at: Fix): void {
    const { positions, glides } = this.#options.store;
    if (!glides.trail || this.#leapt) return;
    const row = this.#options.store.row(deviceId);
    if (row === undefined) return;
    const took = at.time - (positions.timestamp[row] ?? 0);
    if (took <= 0 || took > LONGEST_LEG) return;
    const [x, y] = [worldX(positions.longitude[row] ?? 0), worldY(positions.latitude[row] ?? 0)];
    glides.trail.add(x, y, worldX(at.longitude), worldY(at.latitude), at.time);
  }
}

/** A device of the past, and its row in each block; -1 in one without it. */
interface PastDevice {
  readonly id: string;
  readonly kind: string;
  readonly before: number;
  readonly now: number;
  readonly after: number;
}

function findDevice({ before, now, after }: Blocks, id: string): PastDevice {
  const rows = { before: before?.row(id) ?? -1, now: now?.row(id) ?? -1, after: after?.row(id) ?? -1 };
  return { id, kind: now?.kinds[rows.now] ?? before?.kinds[rows.before] ?? "", ...rows };
}

interface Around {
  readonly at: Fix | null;
  readonly next: Fix | null;
}

function around({ before, now, after }: Blocks, device: PastDevice, time: number): Around {
  const found = now?.around(device.now, time);
  return {
    at: found?.at ?? before?.last(device.before) ?? null,
    next: found?.next ?? after?.first(device.after) ?? null,
  };
}

function positionOf({ id, kind }: PastDevice, at: Fix, segment: Segment, name: string | undefined): LivePosition {
  const { time, longitude, latitude, speed, course } = at;
  return {
    device_id: id,
    timestamp: time,
    longitude,
    latitude,
    kind,
    status: isMoving(at, segment) ? "moving" : "stopped",
    ...(speed !== undefined && { speed }),
    ...(course !== undefined && { course }),
    ...(name !== undefined && { name }),
  };
}

/** The speed of a moment does not hold for a segment of minutes. */
function isMoving({ speed }: Fix, { begin, end }: Segment): boolean {
  const duration = end ? end.time - begin.time : 0;
  if (!end || (speed !== undefined && duration <= SHORT_LEG)) return (speed ?? 0) > MOVING;
  return (metresBetween(begin.x, begin.y, end.x, end.y) * 1000) / duration > MOVING;
}

function waypoint({ time, longitude, latitude, course }: Fix): Waypoint {
  return { x: worldX(longitude), y: worldY(latitude), time, course };
}

function same(one: Blocks, other: Blocks): boolean {
  return one.before === other.before && one.now === other.now && one.after === other.after;
}
