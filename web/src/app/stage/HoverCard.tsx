import { useEngine } from "../../engine/useEngine";
import { useShownTime } from "../../engine/useNow";
import { formatAge } from "../../format/age";
import { formatSpeed } from "../../format/speed";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { AnchoredCard } from "../../ui/AnchoredCard";
import { StatusShape } from "../../ui/StatusShape";

/** The device under the pointer. The list and the detail show the same, so it is not read out. */
export function HoverCard() {
  const hover = useReadable(useEngine().hover);
  const now = useShownTime();
  if (hover === null) return null;
  const { x, y, position } = hover;
  return (
    <AnchoredCard x={x} y={y} hidden>
      <StatusShape status={position.status} course={position.course} />
      <strong>{position.name ?? position.device_id}</strong>
      <span className="number">{formatSpeed(position.speed)}</span>
      <span className="muted">
        {position.kind ?? t("unknown kind")} · {t(position.status)} · {formatAge(now - position.timestamp)}
      </span>
    </AnchoredCard>
  );
}
