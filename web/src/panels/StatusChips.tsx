import type { ReactNode } from "react";
import { STATUSES } from "../engine/types";
import { toggleStatus } from "../filter/deviceFilter";
import { useDeviceFilter } from "../filter/useDeviceFilter";
import { formatCount } from "../format/count";
import { useFleetCounts } from "../hooks/useFleetCounts";
import { t } from "../words/t";
import { StatusShape } from "./StatusShape";

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
