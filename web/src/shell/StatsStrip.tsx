import type { Drawing } from "../engine/types";
import { formatCount, formatRate } from "../format/count";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";

const REDUCED = { what: "reduced quality", why: "Frames came late for some seconds, so less is drawn" };
const LESS: Readonly<Record<Drawing, { readonly what: string; readonly why: string } | null>> = {
  full: null,
  coarse: REDUCED,
  sparse: REDUCED,
  compatible: {
    what: "compatibility mode",
    why: "This browser has no WebGL 2, so the page draws the markers itself, which takes longer",
  },
};

export function StatsStrip() {
  const engine = useEngine();
  const stats = useReadable(engine.stats);
  const shown = useReadable(engine.shown);
  const drawing = useReadable(engine.drawing);
  if (stats === null) return null;
  const less = LESS[drawing];
  return (
    <dl className="strip">
      <Figure name="devices" value={formatCount(stats.devices)} />
      <Figure name="in view" value={formatCount(shown)} />
      <Figure name="positions/s" value={formatRate(stats.rates.accepted)} />
      {less && (
        <div title={less.why}>
          <dt className="muted">markers</dt>
          <dd>{less.what}</dd>
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
