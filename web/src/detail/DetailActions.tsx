import { LocateFixed, ZoomIn } from "lucide-react";
import { useEngine } from "../engine/useEngine";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import type { LivePosition } from "../live/position";

export function DetailActions({ newest }: { readonly newest: LivePosition }) {
  const engine = useEngine();
  const following = useReadable(engine.following);
  return (
    <div className="actions">
      <button
        type="button"
        className="button"
        aria-pressed={following}
        title={t("Keep it in the centre of the map (f)")}
        onClick={() => engine.follow(!following)}
      >
        <LocateFixed aria-hidden /> {t("Follow")}
      </button>
      <button type="button" className="button" onClick={() => engine.flyTo(newest)}>
        <ZoomIn aria-hidden /> {t("Zoom to")}
      </button>
    </div>
  );
}
