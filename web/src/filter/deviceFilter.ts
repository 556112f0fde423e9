import type { Filter, Status } from "../engine/types";
import { t } from "../words/t";

/** What the list, the charts and the map are limited to. */
export interface DeviceFilter {
  readonly search: string;
  readonly status: Status | null;
  readonly kind: string | null;
}

export const NO_FILTER: DeviceFilter = { search: "", status: null, kind: null };

/** The second click on the same mark clears it. */
export function toggleStatus(filter: DeviceFilter, status: Status): DeviceFilter {
  return { ...filter, status: filter.status === status ? null : status };
}

export function toggleKind(filter: DeviceFilter, kind: string): DeviceFilter {
  return { ...filter, kind: filter.kind === kind ? null : kind };
}

export function isFiltered(filter: DeviceFilter): boolean {
  return filter.search !== "" || filter.status !== null || filter.kind !== null;
}

/** The map dims by status and kind; the search is the list's alone. */
export function mapFilter({ status, kind }: DeviceFilter): Filter {
  return {
    statuses: status === null ? null : new Set([status]),
    kinds: kind === null ? null : new Set([kind]),
  };
}

/** `moving bus` matching “20”. */
export function describeFilter({ search, status, kind }: DeviceFilter): string {
  const limits = [status && t(status), kind].filter((limit) => limit !== null).join(" ");
  const words = search === "" ? "" : t("matching “{{search}}”", { search });
  return [limits, words].filter((part) => part !== "").join(" ");
}
