import { kindColours } from "../charts/kindColour";
import { OTHER } from "../charts/slices";
import { useFleetCounts } from "../engine/useFleetCounts";
import { toggleKind } from "../fleet/deviceFilter";
import { formatCount } from "../format/count";
import { t } from "../i18n/t";
import { Chip } from "./Chip";
import { useDeviceFilter } from "./useDeviceFilter";

/** Limit the list and the map to these kinds; the counts are those of the whole fleet. */
export function KindChips() {
  const counts = useFleetCounts()?.by_kind ?? {};
  const { filter, setFilter } = useDeviceFilter();
  // By name, so that they keep their places while counts change. A filtered kind stays, even without devices.
  const kinds = [...new Set([...Object.keys(counts), ...filter.kinds])].sort(otherLast);
  const colours = kindColours(kinds);
  if (kinds.length === 0) return null;
  return (
    <fieldset className="chips kind-chips">
      <legend className="hidden">{t("Show only these kinds")}</legend>
      {kinds.map((kind) => (
        <Chip
          key={kind}
          pressed={filter.kinds.includes(kind)}
          onToggle={() => setFilter(toggleKind(filter, kind))}
          count={formatCount(counts[kind] ?? 0)}
        >
          <span className="kind-dot" style={{ background: colours.get(kind) }} />
          {kind === OTHER ? t("other") : kind}
        </Chip>
      ))}
    </fieldset>
  );
}

function otherLast(a: string, b: string): number {
  if (a === OTHER || b === OTHER) return a === OTHER ? 1 : -1;
  return a < b ? -1 : 1;
}
