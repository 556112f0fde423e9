import { address } from "../api/request";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { CopyButton } from "../panels/CopyButton";
import { t } from "../words/t";

/** A command that reports one position, for whoever has no device yet. */
export function reportCommand(url: string, now: number): string {
  const time = new Date(now).toISOString();
  const position = `{"device_id":"bike-1","time":"${time}","latitude":60.17,"longitude":24.94}`;
  return `curl -d '${position}' ${url}`;
}

export function EmptyFleet() {
  const stats = useReadable(useEngine().stats);
  if (stats === null || stats.devices > 0) return null;
  // To the minute, so that the text stands still while someone marks it.
  const command = reportCommand(address("api/positions").href, Math.floor(stats.time / 60_000) * 60_000);
  return (
    <section className="card empty-fleet" aria-label={t("No devices yet")}>
      <h2>{t("No devices yet")}</h2>
      <p>{t("Report a first position and it appears here:")}</p>
      <div className="command">
        <code>{command}</code>
        <CopyButton text={command} label={t("Copy the command")} />
      </div>
    </section>
  );
}
