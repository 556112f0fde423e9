import { useEngine } from "../../engine/useEngine";
import { useNow } from "../../engine/useNow";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { connectionText } from "./connectionText";
import { useDataText } from "./useDataText";

/** Appears when live updates do not come as they should. */
export function ConnectionBanner() {
  const engine = useEngine();
  const connection = useReadable(engine.connection);
  const { message, countdown, canRetry, tone } = connectionText(connection, useNow(), useDataText());
  return (
    <div className="banner" data-tone={tone} hidden={message === null}>
      <p role="status">{message}</p>
      {countdown && <p className="number">{countdown}</p>}
      {canRetry && (
        <button type="button" className="button" onClick={() => engine.retryNow()}>
          {t("Try now")}
        </button>
      )}
    </div>
  );
}
