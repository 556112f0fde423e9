import type { Device, DevicePage } from "../api/devices";
import { boxContains } from "../lib/box";
import type { Box } from "../lib/place";
import type { LivePosition } from "../live/position";
import { STATUSES } from "../live/position";
import type { DeviceFilter } from "./deviceFilter";
import type { DeviceOrder } from "./deviceOrder";

const OTHER = "other";

export interface ReplayQuery {
  readonly filter: DeviceFilter;
  readonly order: DeviceOrder;
  /** What the map shows. */
  readonly view: Box | null;
  /** Kinds that are not `other`. */
  readonly named: readonly string[];
  readonly offset: number;
  readonly limit: number;
}

/** A part of the list of a fleet of the past, filtered and sorted as the server does it for that of now; by distance, of
 * which nothing is known then, in the order of names. */
export function replayDevices(fleet: readonly LivePosition[], query: ReplayQuery): DevicePage {
  const { filter, order, offset, limit } = query;
  const matching = fleet.filter((device) => matches(device, filter, query)).sort(comparison(order));
  return { devices: matching.slice(offset, offset + limit).map(deviceOf), next: null, total: matching.length };
}

function matches(device: LivePosition, filter: DeviceFilter, { view, named }: ReplayQuery): boolean {
  const { search, statuses, kinds, inView } = filter;
  const { status, kind = "", name = "", device_id } = device;
  const wanted = search.trim().toLowerCase();
  if (statuses.length > 0 && !statuses.includes(status)) return false;
  if (kinds.length > 0 && !kinds.includes(named.includes(kind) ? kind : OTHER) && !kinds.includes(kind)) return false;
  if (!device_id.toLowerCase().includes(wanted) && !name.toLowerCase().includes(wanted)) return false;
  return !inView || view === null || boxContains(view, device);
}

/** What is not known comes last either way, and those that are alike by name. */
function comparison({ by, descending }: DeviceOrder): (a: LivePosition, b: LivePosition) => number {
  const sign = descending ? -1 : 1;
  return (a, b) => {
    const [first, second] = [keyOf(by, a), keyOf(by, b)];
    if (first === second) return compareNames(a, b) * (by === "name" ? sign : 1);
    if (first === undefined || second === undefined) return first === undefined ? 1 : -1;
    return first < second ? -sign : sign;
  };
}

function keyOf(by: DeviceOrder["by"], { speed, timestamp, status }: LivePosition): number | string | undefined {
  if (by === "speed") return speed;
  if (by === "time") return timestamp;
  return by === "status" ? STATUSES.indexOf(status) : undefined;
}

function compareNames(a: LivePosition, b: LivePosition): number {
  const [first, second] = [a, b].map(({ name, device_id }) => (name ?? device_id).toLowerCase());
  if (first === second) return a.device_id < b.device_id ? -1 : 1;
  return (first ?? "") < (second ?? "") ? -1 : 1;
}

function deviceOf({ timestamp, status, name, kind, speed, course, ...place }: LivePosition): Device {
  const { device_id, latitude, longitude } = place;
  return {
    device_id,
    status,
    distance: 0,
    // A recording holds fixes only; the status already tells which devices were stale.
    last_heard: timestamp,
    stale_at: timestamp,
    position: { device_id, time: timestamp, latitude, longitude },
    ...(name !== undefined && { name }),
    ...(kind && { kind }),
    ...(speed !== undefined && { speed }),
    ...(course !== undefined && { course }),
  };
}
