import { useEffect, useMemo } from "react";
import { useMapAddress } from "../address/useMapAddress";
import type { Config } from "../engine/types";
import { useColouring } from "../hooks/useColouring";
import { useEngine } from "../hooks/useEngine";
import { useLayout } from "../hooks/useLayout";
import { useRecentDevices } from "../hooks/useRecentDevices";
import type { ThemeSetting } from "../hooks/useTheme";
import { useMapSettings } from "../settings/useMapSettings";
import { Dialogs } from "./Dialogs";
import { LiveRegion } from "./LiveRegion";
import { MapStage } from "./MapStage";
import { mapPadding } from "./mapPadding";
import { Sides } from "./Sides";
import { SkipLink } from "./SkipLink";
import { TopBar } from "./TopBar";
import { useShellShortcuts } from "./useShellShortcuts";
import { useShellState } from "./useShellState";
import { useTitle } from "./useTitle";

interface ShellProps {
  readonly config: Config;
  readonly theme: ThemeSetting;
}

export function Shell({ config, theme }: ShellProps) {
  const engine = useEngine();
  const layout = useLayout();
  const shell = useShellState(layout);
  const { change, stop } = shell;
  const padding = useMemo(() => mapPadding(layout, stop, window.innerHeight), [layout, stop]);
  useTitle();
  useColouring();
  useMapSettings();
  useMapAddress(shell);
  useEffect(() => engine.setTheme(theme.theme), [engine, theme.theme]);
  useShellShortcuts(theme, shell);
  useRecentDevices();
  return (
    <div className="shell" data-layout={layout}>
      <SkipLink />
      <TopBar
        theme={theme}
        onSearch={() => change({ left: true, tab: "devices", stop: stop === "peek" ? "half" : stop })}
        onPalette={() => change({ dialog: "palette" })}
        onHelp={() => change({ dialog: "help" })}
        onSettings={() => change({ dialog: "settings" })}
      />
      <Sides layout={layout} shell={shell}>
        <MapStage config={config} padding={padding} />
      </Sides>
      <Dialogs open={shell.dialog} onClose={() => change({ dialog: null })} />
      <LiveRegion />
    </div>
  );
}
