import { useEffect, useState } from "react";
import type { Stats } from "../engine/types";
import { countOf, formatRate } from "../format/count";
import { useEngine } from "../hooks/useEngine";

const INTERVAL_MILLISECONDS = 30_000;

export function summary(stats: Stats): string {
  return `${countOf(stats.devices, "device")}, ${stats.by_status.moving} moving, ${formatRate(stats.rates.accepted)} positions a second.`;
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
