import { t } from "../i18n/t";
import type { Status } from "../live/position";
import { STATUSES } from "../live/position";
import type { MapFilter } from "./mapFilter";

/** The filter of the list, the charts and the map; without statuses or kinds it does not limit them. */
export interface DeviceFilter {
  readonly search: string;
  readonly statuses: readonly Status[];
  readonly kinds: readonly string[];
  /** The list alone: those that the map shows. */
  readonly inView: boolean;
}

export const NO_FILTER: DeviceFilter = { search: "", statuses: [], kinds: [], inView: false };

/** A second click on the same mark removes it. */
export function toggleStatus(filter: DeviceFilter, status: Status): DeviceFilter {
  const toggled = toggle(filter.statuses, status);
  return { ...filter, statuses: STATUSES.filter((one) => toggled.includes(one)) };
}

export function toggleKind(filter: DeviceFilter, kind: string): DeviceFilter {
  return { ...filter, kinds: toggle(filter.kinds, kind).sort() };
}

export function isFiltered({ search, statuses, kinds, inView }: DeviceFilter): boolean {
  return search !== "" || statuses.length > 0 || kinds.length > 0 || inView;
}

/** The map dims by status and kind; the rest is the list's alone. */
export function mapFilter({ statuses, kinds }: DeviceFilter): MapFilter {
  return {
    statuses: statuses.length === 0 ? null : new Set(statuses),
    kinds: kinds.length === 0 ? null : new Set(kinds),
  };
}

/** `moving, idle` `bus` matching “20”. */
export function describeFilter({ search, statuses, kinds, inView }: DeviceFilter): string {
  const parts = [
    statuses.map((status) => t(status)).join(", "),
    kinds.join(", "),
    search && t("matching “{{search}}”", { search }),
    inView ? t("in view") : "",
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function toggle<T>(chosen: readonly T[], one: T): T[] {
  return chosen.includes(one) ? chosen.filter((other) => other !== one) : [...chosen, one];
}
