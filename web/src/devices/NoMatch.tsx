import type { Condition, DevicePage } from "../api/devices";
import { useFleetSize } from "../engine/useFleetCounts";
import { type DeviceFilter, NO_FILTER } from "../fleet/deviceFilter";
import { formatCount } from "../format/count";
import { type Label, t } from "../i18n/t";
import { useDeviceFilter } from "./useDeviceFilter";

/** Each part of a filter by the name of its parameter: what it is called, and what is left without it. */
const PARTS: Readonly<Record<Condition, { readonly label: Label; readonly cleared: Partial<DeviceFilter> }>> = {
  search: { label: "Clear the search", cleared: { search: "" } },
  status: { label: "Any status", cleared: { statuses: [] } },
  kind: { label: "Any kind", cleared: { kinds: [] } },
  bbox: { label: "Anywhere", cleared: { inView: false } },
};
const CONDITIONS = ["search", "status", "kind", "bbox"] as const satisfies readonly Condition[];

/** Which filter it is that leaves nothing, and the way out. */
export function NoMatch({ without }: { readonly without: DevicePage["without"] }) {
  const all = useFleetSize();
  const { filter, setFilter } = useDeviceFilter();
  const killers = CONDITIONS.filter((condition) => (without?.[condition] ?? 0) > 0);
  return (
    <div className="empty">
      <p>
        <strong>{all === undefined ? t("No matches.") : t("0 of {{all}} match.", { all: formatCount(all) })}</strong>
      </p>
      {killers.map((condition) => (
        <button
          key={condition}
          type="button"
          className="button"
          onClick={() => setFilter({ ...filter, ...PARTS[condition].cleared })}
        >
          {t(PARTS[condition].label)}: {t("{{count, number}} match", { count: without?.[condition] ?? 0 })}
        </button>
      ))}
      <button type="button" className="button" onClick={() => setFilter(NO_FILTER)}>
        {t("Clear filters")}
      </button>
    </div>
  );
}
