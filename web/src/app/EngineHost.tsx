import { useEffect, useEffectEvent, useMemo, useState } from "react";
import type { Config } from "../api/config";
import { DeviceFilterProvider } from "../devices/DeviceFilterProvider";
import type { Engine } from "../engine/engine";
import { MapEngine } from "../engine/mapEngine";
import { EngineContext } from "../engine/useEngine";
import { createStatsHistory } from "../overview/statsHistory";
import { StatsHistoryContext } from "../overview/useStatsHistory";
import { Kiosk } from "./Kiosk";
import { readPageMode } from "./pageMode";
import { Shell } from "./Shell";
import { ShellSkeleton } from "./ShellSkeleton";
import type { ThemeSetting } from "./state/useTheme";

interface EngineHostProps {
  readonly config: Config;
  readonly theme: ThemeSetting;
}

/** Owns the engine from the first config to the end of the page. */
export function EngineHost({ config, theme }: EngineHostProps) {
  const [mode] = useState(() => readPageMode(window.location.search));
  const [engine, setEngine] = useState<Engine | null>(null);
  const trail = useMemo(() => engine && createStatsHistory(engine.stats), [engine]);
  const create = useEffectEvent(
    () => new MapEngine({ base: document.baseURI, config, theme: theme.theme, paused: mode.paused }),
  );
  useEffect(() => {
    const created = create();
    setEngine(created);
    return () => created.dispose();
  }, []);
  if (engine === null || trail === null) return <ShellSkeleton />;
  return (
    <EngineContext value={engine}>
      <StatsHistoryContext value={trail}>
        <DeviceFilterProvider>
          {mode.kiosk ? <Kiosk config={config} theme={theme} /> : <Shell config={config} theme={theme} />}
        </DeviceFilterProvider>
      </StatsHistoryContext>
    </EngineContext>
  );
}
