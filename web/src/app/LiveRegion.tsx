import { useEffect, useState } from "react";
import { useEngine } from "../engine/useEngine";
import { formatCount, formatRate } from "../format/count";
import { t } from "../i18n/t";
import type { Stats } from "../live/stats";

const INTERVAL_MILLISECONDS = 30_000;

export function summary(stats: Stats): string {
  return t("{{devices}}, {{moving}} moving, {{rate}} positions per second.", {
    devices: t("{{count, number}} devices", { count: stats.devices }),
    moving: formatCount(stats.by_status.moving),
    rate: formatRate(stats.rates.accepted),
  });
}

/** Says for those who do not see the charts what they show, twice a minute at most. */
export function LiveRegion() {
  const engine = useEngine();
  const [text, setText] = useState("");
  useEffect(() => {
    const timer = setInterval(() => {
      const stats = engine.stats.get();
      if (stats !== null) setText(summary(stats));
    }, INTERVAL_MILLISECONDS);
    return () => clearInterval(timer);
  }, [engine]);
  return (
    <p className="hidden" aria-live="polite">
      {text}
    </p>
  );
}
