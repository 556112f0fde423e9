import { useState } from "react";
import { address } from "../../api/request";
import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { CopyButton } from "../../ui/CopyButton";
import { FirstReport } from "./FirstReport";

/** A command that reports one position, for users without a device. */
export function reportCommand(url: string, now: number): string {
  const time = new Date(now).toISOString();
  const position = `{"device_id":"bike-1","time":"${time}","latitude":60.17,"longitude":24.94}`;
  return `curl -d '${position}' ${url}`;
}

/** Where there is no device: how to report one, then which was the first, until that is put away. */
export function EmptyFleet() {
  const stats = useReadable(useEngine().stats);
  const [waits, setWaits] = useState(false);
  const empty = stats?.devices === 0;
  if (empty && !waits) setWaits(true);
  if (stats === null || !(empty || waits)) return null;
  return (
    <section className="card empty-fleet" aria-label={t("First device")}>
      {empty && <HowToReport now={stats.time} />}
      <div role="status">{!empty && <FirstReport onClose={() => setWaits(false)} />}</div>
    </section>
  );
}

function HowToReport({ now }: { readonly now: number }) {
  // To the minute, so that the text does not change while it is being selected.
  const command = reportCommand(address("api/positions").href, Math.floor(now / 60_000) * 60_000);
  return (
    <div>
      <h2>{t("No devices yet")}</h2>
      <p>{t("Report a first position to see it here:")}</p>
      <div className="command">
        <code>{command}</code>
        <CopyButton text={command} label={t("Copy the command")} />
      </div>
    </div>
  );
}
