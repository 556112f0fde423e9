import { useMemo } from "react";
import { ChartCard } from "../charts/ChartCard";
import { Sparkline } from "../charts/Sparkline";
import { formatCount, formatRate } from "../format/count";
import { formatDistance } from "../format/distance";
import { t } from "../i18n/t";
import type { Stats } from "../live/stats";
import { Fact } from "../ui/Fact";
import { StatsHistoryTable } from "./StatsHistoryTable";
import { useStatsHistory } from "./useStatsHistory";

export function RatesCard({ stats }: { readonly stats: Stats }) {
  const trail = useStatsHistory();
  const points = useMemo(() => trail.map(({ time, accepted }) => ({ time, value: accepted })), [trail]);
  const title = t("Positions per second");
  const rate = formatRate(stats.rates.accepted);
  return (
    <ChartCard
      title={title}
      figure={rate}
      table={
        <StatsHistoryTable
          caption={title}
          trail={trail}
          columns={[{ name: title, write: ({ accepted }) => formatRate(accepted) }]}
        />
      }
      below={<Facts stats={stats} />}
    >
      <Sparkline
        points={points}
        label={t("Accepted positions per second over the last two minutes, now {{rate}}", { rate })}
      />
    </ChartCard>
  );
}

function Facts({ stats: { viewers, rates, distance } }: { readonly stats: Stats }) {
  return (
    <dl className="facts">
      <Fact name={t("Viewers")}>{formatCount(viewers)}</Fact>
      <Fact name={t("Rejected per second")}>{formatRate(rates.rejected)}</Fact>
      <Fact name={t("Whole fleet today")}>{formatDistance(distance.total)}</Fact>
    </dl>
  );
}
