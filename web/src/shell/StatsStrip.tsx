import { formatCount, formatRate } from "../format/count";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";

export function StatsStrip() {
  const engine = useEngine();
  const stats = useReadable(engine.stats);
  const shown = useReadable(engine.shown);
  if (stats === null) return null;
  return (
    <dl className="strip">
      <Figure name="devices" value={formatCount(stats.devices)} />
      <Figure name="in view" value={formatCount(shown)} />
      <Figure name="positions/s" value={formatRate(stats.rates.accepted)} />
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
