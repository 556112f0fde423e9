import { t } from "../../i18n/t";
import { useNewVersion } from "./useNewVersion";

/** The page goes on as it is until someone wants the new one: it may not lose what is being done in it. */
export function NewVersionBanner() {
  const outdated = useNewVersion();
  return (
    <div className="banner" data-tone="quiet" hidden={!outdated}>
      <p role="status">{outdated && t("There is a new version of this page.")}</p>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {t("Reload")}
      </button>
    </div>
  );
}
