import type { ReactNode } from "react";
import { useFleetCounts } from "../engine/useFleetCounts";
import { toggleStatus } from "../fleet/deviceFilter";
import { formatCount } from "../format/count";
import { t } from "../i18n/t";
import { STATUSES } from "../live/position";
import { StatusShape } from "../ui/StatusShape";
import { useDeviceFilter } from "./useDeviceFilter";

/** Limit the list and the map to these; the counts are those of the whole fleet. */
export function StatusChips({ children }: { readonly children: ReactNode }) {
  const counts = useFleetCounts();
  const { filter, setFilter } = useDeviceFilter();
  return (
    <fieldset className="chips">
      <legend className="hidden">{t("Show only")}</legend>
      {STATUSES.map((status) => (
        <button
          key={status}
          type="button"
          className="chip"
          aria-pressed={filter.statuses.includes(status)}
          onClick={() => setFilter(toggleStatus(filter, status))}
        >
          <StatusShape status={status} />
          {t(status)}
          <span className="number">{counts ? formatCount(counts.by_status[status]) : "–"}</span>
        </button>
      ))}
      {children}
    </fieldset>
  );
}
