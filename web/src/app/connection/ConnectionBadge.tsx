import { useEngine } from "../../engine/useEngine";
import { useNow } from "../../engine/useNow";
import { t } from "../../i18n/t";
import { useReadable, useReadablePart } from "../../lib/useReadable";
import { connectionText, lagText } from "./connectionText";
import { useDataText } from "./useDataText";

export function ConnectionBadge() {
  const engine = useEngine();
  const connection = useReadable(engine.connection);
  const newer = useReadablePart(engine.replay.state, (replay) => replay?.newer);
  const now = useNow();
  const data = useDataText();
  const { label, tone } = connectionText(connection, now, data);
  if (newer !== undefined && connection.state === "live" && !connection.problem) return <LivePaused newer={newer} />;
  const lag = connection.state === "live" && connection.lag ? lagText(connection.lag) : null;
  return (
    <p className="badge" data-tone={tone} title={lag?.cause}>
      <span className="badge-dot" aria-hidden="true" />
      <strong>{label}</strong>
      {lag ? (
        <>
          <span className="badge-age number">{lag.amount}</span>
          <span className="badge-short number">{lag.short}</span>
          <span className="hidden">{lag.cause}</span>
        </>
      ) : (
        <span className="muted badge-age number">{data}</span>
      )}
    </p>
  );
}

/** Positions go on coming while the past is shown. */
function LivePaused({ newer }: { readonly newer: number }) {
  return (
    <p className="badge" data-tone="quiet" title={t("The map shows the past; live updates continue")}>
      <span className="badge-dot" aria-hidden="true" />
      <strong>{t("Live paused")}</strong>
      <span className="muted badge-age number">{t("{{count, number}} newer", { count: newer })}</span>
    </p>
  );
}
