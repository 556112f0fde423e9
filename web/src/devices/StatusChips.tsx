import type { ReactNode } from "react";
import { useFleetCounts } from "../engine/useFleetCounts";
import { toggleStatus } from "../fleet/deviceFilter";
import { formatCount } from "../format/count";
import { t } from "../i18n/t";
import { STATUSES } from "../live/position";
import { StatusShape } from "../ui/StatusShape";
import { Chip } from "./Chip";
import { useDeviceFilter } from "./useDeviceFilter";

/** Limit the list and the map to these; the counts are those of the whole fleet. */
export function StatusChips({ children }: { readonly children: ReactNode }) {
  const counts = useFleetCounts();
  const { filter, setFilter } = useDeviceFilter();
  return (
    <fieldset className="chips">
      <legend className="hidden">{t("Show only")}</legend>
      {STATUSES.map((status) => (
        <Chip
          key={status}
          pressed={filter.statuses.includes(status)}
          onToggle={() => setFilter(toggleStatus(filter, status))}
          count={counts ? formatCount(counts.by_status[status]) : "–"}
        >
          <StatusShape status={status} />
          {t(status)}
        </Chip>
      ))}
      {children}
    </fieldset>
  );
}
