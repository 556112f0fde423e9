import { Sparkline } from "../charts/Sparkline";
import type { Stats } from "../engine/types";
import { formatCount, formatRate } from "../format/count";
import { formatDistance } from "../format/distance";
import { useRateTrail } from "../hooks/useRateTrail";
import { t } from "../words/t";
import { Fact } from "./Fact";

export function RatesCard({ stats }: { readonly stats: Stats }) {
  const trail = useRateTrail();
  const { accepted, rejected } = stats.rates;
  return (
    <section className="card" aria-label={t("Rates")}>
      <header className="card-head">
        <h2>{t("Positions a second")}</h2>
        <span className="figure number">{formatRate(accepted)}</span>
      </header>
      <Sparkline
        points={trail}
        label={t("Accepted positions a second over the last two minutes, now {{rate}}", { rate: formatRate(accepted) })}
      />
      <dl className="facts">
        <Fact name={t("Viewers")}>{formatCount(stats.viewers)}</Fact>
        <Fact name={t("Rejected a second")}>{formatRate(rejected)}</Fact>
        <Fact name={t("Whole fleet today")}>{formatDistance(stats.distance.total)}</Fact>
      </dl>
    </section>
  );
}
