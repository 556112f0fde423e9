import type { DeviceQuery } from "../api/devices";
import type { Box } from "../lib/place";
import type { DeviceFilter } from "./deviceFilter";
import { type DeviceOrder, sortOf } from "./deviceOrder";
import type { FleetQuery } from "./fleetBox";

/** Which devices match, wherever they are. */
export function fleetQuery({ search, statuses, kinds }: DeviceFilter): FleetQuery {
  return { search: search.trim(), status: statuses, kind: kinds };
}

/** The query for the device list; `view` is the visible box, null before the map shows anything. */
export function deviceQuery(filter: DeviceFilter, order: DeviceOrder, view: Box | null): DeviceQuery {
  return {
    ...fleetQuery(filter),
    bbox: filter.inView && view ? view.join(",") : null,
    sort: sortOf(order),
  };
}
