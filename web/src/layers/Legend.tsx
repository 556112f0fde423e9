import { useEngine } from "../engine/useEngine";
import { formatCount } from "../format/count";
import { type Label, t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import { STATUSES, type Status } from "../live/position";
import { DENSITY_STEPS } from "../map/history/densityStep";
import { StatusShape } from "../ui/StatusShape";
import { ColourLegend } from "./ColourLegend";

const MEANINGS: Readonly<Record<Status, Label>> = {
  moving: "moving, points in its direction",
  idle: "idle: still, engine on",
  stopped: "stopped",
  stale: "stale: no report for two of its intervals",
};

/** Sharp shapes are now; flat numbered circles, or what glows without an edge, are the past. */
export function Legend() {
  const { density } = useReadable(useEngine().layers);
  return (
    <section className="legend" aria-labelledby="legend-title">
      <h3 id="legend-title">{t("Legend")}</h3>
      <ul>
        {STATUSES.map((status) => (
          <li key={status}>
            <StatusShape status={status} />
            {t(MEANINGS[status])}
          </li>
        ))}
        <ColourLegend />
        {density ? <DensityEntry /> : <CircleEntries />}
      </ul>
    </section>
  );
}

function CircleEntries() {
  return (
    <>
      <li>
        <span className="legend-cluster" aria-hidden="true">
          24
        </span>
        {t("number of stored positions in this period; they do not move")}
      </li>
      <li>
        <span className="legend-position" aria-hidden="true" />
        {t("one stored position, zoomed in")}
      </li>
    </>
  );
}

function DensityEntry() {
  return (
    <li>
      <span className="legend-density" aria-hidden="true" />
      {t("few to many stored positions in this period: {{scale}}", {
        scale: DENSITY_STEPS.map(formatCount).join(" · "),
      })}
    </li>
  );
}
