import { useEffect, useMemo } from "react";
import { useMapAddress } from "../address/useMapAddress";
import type { Config } from "../api/config";
import { useEngine } from "../engine/useEngine";
import { useRecentDevices } from "../palette/useRecentDevices";
import { SkipLink } from "../ui/SkipLink";
import { useLayout } from "../ui/useLayout";
import { Dialogs } from "./dialogs/Dialogs";
import { LiveRegion } from "./LiveRegion";
import { Sides } from "./sides/Sides";
import { MapStage } from "./stage/MapStage";
import { mapPadding } from "./stage/mapPadding";
import { useShellState } from "./state/useShellState";
import type { ThemeSetting } from "./state/useTheme";
import { TopBar } from "./topbar/TopBar";
import { useColouring } from "./useColouring";
import { useMapSettings } from "./useMapSettings";
import { useShellShortcuts } from "./useShellShortcuts";
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
