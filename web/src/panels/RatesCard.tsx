import { Sparkline } from "../charts/Sparkline";
import type { Stats } from "../engine/types";
import { formatCount, formatRate } from "../format/count";
import { formatDistance } from "../format/distance";
import { useRateTrail } from "../hooks/useRateTrail";

export function RatesCard({ stats }: { readonly stats: Stats }) {
  const trail = useRateTrail();
  const { accepted, rejected } = stats.rates;
  return (
    <section className="card" aria-label="Rates">
      <header className="card-head">
        <h2>Positions a second</h2>
        <span className="figure number">{formatRate(accepted)}</span>
      </header>
      <Sparkline
        points={trail}
        label={`Accepted positions a second over the last two minutes, now ${formatRate(accepted)}`}
      />
      <dl className="facts">
        <Fact name="Viewers" value={formatCount(stats.viewers)} />
        <Fact name="Rejected a second" value={formatRate(rejected)} />
        <Fact name="Whole fleet today" value={formatDistance(stats.distance.total)} />
      </dl>
    </section>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd className="number">{value}</dd>
    </div>
  );
}
