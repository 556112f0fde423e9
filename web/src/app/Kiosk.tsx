import { useEffect } from "react";
import type { Config } from "../api/config";
import { useEngine } from "../engine/useEngine";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import { basemapCredits } from "../map/basemap/basemapCredits";
import { ConnectionBadge } from "./connection/ConnectionBadge";
import { ConnectionBanner } from "./connection/ConnectionBanner";
import { Credits } from "./stage/Credits";
import { MapElement } from "./stage/MapElement";
import { useNewVersion } from "./stage/useNewVersion";
import type { ThemeSetting } from "./state/useTheme";
import { useMapSettings } from "./useMapSettings";
import { useTitle } from "./useTitle";

const PADDING = { top: 24, right: 24, bottom: 48, left: 24 }; // pixels

interface KioskProps {
  readonly config: Config;
  readonly theme: ThemeSetting;
}

/** The map alone, with a badge that its data are live. A new version loads without a click. */
export function Kiosk({ config, theme }: KioskProps) {
  const engine = useEngine();
  const { shown } = useReadable(engine.basemap.state);
  const outdated = useNewVersion();
  useTitle();
  useMapSettings();
  useEffect(() => engine.setTheme(theme.theme), [engine, theme.theme]);
  useEffect(() => {
    if (outdated) window.location.reload();
  }, [outdated]);
  return (
    <main className="stage kiosk" aria-label={t("Map")}>
      <h1 className="hidden">Herenow</h1>
      <MapElement padding={PADDING} />
      <div className="stage-over">
        <div className="kiosk-badge">
          <ConnectionBadge />
        </div>
        <ConnectionBanner />
        <Credits credits={[...basemapCredits(shown), ...config.attributions]} />
      </div>
    </main>
  );
}
