import { kindColours } from "../charts/kindColour";
import { OTHER } from "../charts/slices";
import { useFleetCounts } from "../engine/useFleetCounts";
import { toggleKind } from "../fleet/deviceFilter";
import { formatCount } from "../format/count";
import { t } from "../i18n/t";
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
        <button
          key={kind}
          type="button"
          className="chip"
          aria-pressed={filter.kinds.includes(kind)}
          onClick={() => setFilter(toggleKind(filter, kind))}
        >
          <span className="kind-dot" style={{ background: colours.get(kind) }} />
          {kind === OTHER ? t("other") : kind}
          <span className="number">{formatCount(counts[kind] ?? 0)}</span>
        </button>
      ))}
    </fieldset>
  );
}

function otherLast(a: string, b: string): number {
  if (a === OTHER || b === OTHER) return a === OTHER ? 1 : -1;
  return a < b ? -1 : 1;
}
