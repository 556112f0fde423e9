import { X } from "lucide-react";
import { describeFilter, isFiltered, NO_FILTER } from "../fleet/deviceFilter";
import { formatCount } from "../format/count";
import { t } from "../i18n/t";
import { useDeviceFilter } from "./useDeviceFilter";

interface FilterLineProps {
  readonly matching: number | undefined;
  readonly all: number | undefined;
  /** It is not known yet how many match now. */
  readonly settling: boolean;
}

/** How many match, and the way back to all. */
export function FilterLine({ matching, all, settling }: FilterLineProps) {
  const { filter, setFilter } = useDeviceFilter();
  if (matching === undefined) return <p className="filter-line muted">{t("Loading devices…")}</p>;
  const count =
    all === undefined
      ? formatCount(matching)
      : t("{{matching}} of {{all}}", { matching: formatCount(matching), all: formatCount(Math.max(all, matching)) });
  if (!isFiltered(filter))
    return <p className="filter-line muted">{t("{{count, number}} devices", { count: matching })}</p>;
  return (
    <p className="filter-line">
      <span>
        <span className="number">{settling ? "…" : count}</span> {describeFilter(filter)}
      </span>
      <button type="button" className="link-button" onClick={() => setFilter(NO_FILTER)}>
        <X aria-hidden /> {t("Clear filters")}
      </button>
    </p>
  );
}
