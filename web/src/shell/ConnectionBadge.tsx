import { useEngine } from "../hooks/useEngine";
import { useNow } from "../hooks/useNow";
import { useReadable } from "../hooks/useReadable";
import { connectionText, lastDataText } from "./connectionText";

export function ConnectionBadge() {
  const connection = useReadable(useEngine().connection);
  const now = useNow();
  const { label, tone } = connectionText(connection, now);
  return (
    <p className="badge" data-tone={tone}>
      <span className="badge-dot" aria-hidden="true" />
      <strong>{label}</strong>
      <span className="muted badge-age number">{lastDataText(connection.lastData, now)}</span>
    </p>
  );
}
