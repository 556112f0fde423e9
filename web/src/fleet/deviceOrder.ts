import type { DeviceQuery } from "../api/devices";
import type { Label } from "../i18n/t";

/** How the list is sorted: a parameter of `GET api/devices`, and the way it goes at first. */
export const ORDERS = [
  { by: "name", label: "Name", descending: false },
  { by: "speed", label: "Speed", descending: true },
  // Newest first, which is the least age.
  { by: "time", label: "Age", descending: true },
  { by: "distance", label: "Distance", descending: true },
  { by: "status", label: "Status", descending: false },
] as const satisfies readonly { readonly by: string; readonly label: Label; readonly descending: boolean }[];

export interface DeviceOrder {
  readonly by: (typeof ORDERS)[number]["by"];
  readonly descending: boolean;
}

export const DEFAULT_ORDER: DeviceOrder = { by: "name", descending: false };

/** As the server takes it. */
export function sortOf({ by, descending }: DeviceOrder): NonNullable<DeviceQuery["sort"]> {
  return descending ? `-${by}` : by;
}
