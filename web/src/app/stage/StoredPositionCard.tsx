import { useEngine } from "../../engine/useEngine";
import { useServerNow } from "../../engine/useNow";
import { formatTime } from "../../format/time";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { AnchoredCard } from "../../ui/AnchoredCard";

/** Which stored position the pointer is over. One that was clicked is read out, too. */
export function StoredPositionCard() {
  const stored = useReadable(useEngine().stored);
  const now = useServerNow();
  return (
    <div role="status" className="stored-card">
      {stored && (
        <AnchoredCard x={stored.x} y={stored.y} hidden={!stored.pinned}>
          <span className="legend-position" />
          <strong>{stored.name ?? stored.position.device_id}</strong>
          <span className="number">{formatTime(stored.position.time, now)}</span>
          <span className="muted">
            {t("stored position")} · {stored.position.kind} · {stored.position.moving ? t("moving") : t("not moving")}
          </span>
        </AnchoredCard>
      )}
    </div>
  );
}
