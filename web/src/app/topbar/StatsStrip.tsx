import { useEngine } from "../../engine/useEngine";
import { useFleetSize } from "../../engine/useFleetCounts";
import { formatCount, formatRate } from "../../format/count";
import { type Label, t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import type { Drawing } from "../../map/markers/frameGovernor";

const REDUCED = { what: "reduced quality", why: "Some frames were late, so the map draws less detail" } as const;
const LESS: Readonly<Record<Drawing, { readonly what: Label; readonly why: Label } | null>> = {
  full: null,
  coarse: REDUCED,
  sparse: REDUCED,
  compatible: {
    what: "compatibility mode",
    why: "This browser has no WebGL 2, so drawing markers is slower",
  },
};

export function StatsStrip() {
  const engine = useEngine();
  const stats = useReadable(engine.stats);
  const shown = useReadable(engine.shown);
  const drawing = useReadable(engine.drawing);
  const devices = useFleetSize() ?? 0;
  if (stats === null) return null;
  const less = LESS[drawing];
  return (
    <dl className="strip">
      <Figure name={devices === 1 ? t("device") : t("devices")} value={formatCount(devices)} />
      <Figure name={t("in view")} value={formatCount(shown)} />
      <Figure name={t("positions/s")} value={formatRate(stats.rates.accepted)} />
      {less && (
        <div title={t(less.why)}>
          <dt className="muted">{t("markers")}</dt>
          <dd>{t(less.what)}</dd>
        </div>
      )}
    </dl>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt className="muted">{name}</dt>
      <dd className="number">{value}</dd>
    </div>
  );
}
