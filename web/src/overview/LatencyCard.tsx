import { useMemo } from "react";
import { ChartCard } from "../charts/ChartCard";
import { Sparkline } from "../charts/Sparkline";
import { formatDelay } from "../format/delay";
import { t } from "../i18n/t";
import type { Stats } from "../live/stats";
import { Fact } from "../ui/Fact";
import { StatsHistoryTable } from "./StatsHistoryTable";
import { useStatsHistory } from "./useStatsHistory";

/** How long positions take from their reception to viewers, as of the last ten seconds. */
export function LatencyCard({ stats: { lag } }: { readonly stats: Stats }) {
  const trail = useStatsHistory();
  const points = useMemo(() => trail.map(({ time, p50 }) => ({ time, value: p50 })), [trail]);
  const dashed = useMemo(() => trail.map(({ time, p99 }) => ({ time, value: p99 })), [trail]);
  const title = t("Latency in the server");
  const [half, most] = [t("Half within"), t("99 % within")];
  const columns = [
    { name: half, write: ({ p50 }: { readonly p50: number | null }) => formatDelay(p50) },
    { name: most, write: ({ p99 }: { readonly p99: number | null }) => formatDelay(p99) },
  ];
  return (
    <ChartCard
      title={title}
      table={<StatsHistoryTable caption={title} trail={trail} columns={columns} />}
      below={
        <dl className="facts">
          <Fact name={half}>{formatDelay(lag?.p50)}</Fact>
          <Fact name={most}>{formatDelay(lag?.p99)}</Fact>
        </dl>
      }
    >
      <Sparkline
        points={points}
        dashed={dashed}
        label={t("From reception to viewers over the last two minutes; dashed: 99th percentile")}
      />
    </ChartCard>
  );
}
