import { Sparkline } from "../charts/Sparkline";
import type { Stats } from "../engine/types";
import { formatCount, formatRate } from "../format/count";
import { formatDistance } from "../format/distance";
import { useRateTrail } from "../hooks/useRateTrail";
import { Fact } from "./Fact";

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
        <Fact name="Viewers">{formatCount(stats.viewers)}</Fact>
        <Fact name="Rejected a second">{formatRate(rejected)}</Fact>
        <Fact name="Whole fleet today">{formatDistance(stats.distance.total)}</Fact>
      </dl>
    </section>
  );
}
