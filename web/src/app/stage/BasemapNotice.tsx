import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";

/** Appears when the basemap that was chosen cannot be had, and the built-in one is shown instead. */
export function BasemapNotice() {
  const { basemap } = useEngine();
  const { chosen, shown } = useReadable(basemap.state);
  const failed = chosen !== shown;
  return (
    <div className="banner" data-tone="warning" hidden={!failed}>
      <p role="status">
        {failed && t("“{{name}}” does not load. The built-in map is shown instead.", { name: chosen.name })}
      </p>
      {failed && (
        <button type="button" className="button" onClick={() => basemap.choose(chosen.id)}>
          {t("Try again")}
        </button>
      )}
    </div>
  );
}
