import { formatAge } from "../format/age";
import { formatSpeed } from "../format/speed";
import { useEngine } from "../hooks/useEngine";
import { useServerNow } from "../hooks/useNow";
import { useReadable } from "../hooks/useReadable";
import { StatusShape } from "../panels/StatusShape";

const HEIGHT = 80; // pixels that it needs above the pointer

/** As near to the pointer as leaves the whole card on the map; half of its greatest width is that of stage.css. */
function inside(x: number): string {
  return `clamp(9.25rem, ${x}px, calc(100% - 9.25rem))`;
}

/** What the pointer is over. The same stands in the list and the detail, so it is not read out. */
export function HoverCard() {
  const hover = useReadable(useEngine().hover);
  const now = useServerNow();
  if (hover === null) return null;
  const { x, y, position } = hover;
  return (
    <div className="hover-card" aria-hidden="true" data-below={y < HEIGHT} style={{ left: inside(x), top: y }}>
      <div className="hover-card-body">
        <StatusShape status={position.status} course={position.course} />
        <strong>{position.name ?? position.device_id}</strong>
        <span className="number">{formatSpeed(position.speed)}</span>
        <span className="muted">
          {position.kind ?? "unknown kind"} · {position.status} · {formatAge(now - position.timestamp)}
        </span>
      </div>
    </div>
  );
}
