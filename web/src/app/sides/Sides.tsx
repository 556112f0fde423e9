import type { ReactNode } from "react";
import { DevicesPanel } from "../../devices/DevicesPanel";
import { t } from "../../i18n/t";
import { Panel } from "../../ui/Panel";
import type { Layout } from "../../ui/useLayout";
import type { ShellSetting, Tab } from "../state/useShellState";
import { BottomSheet } from "./BottomSheet";
import { RightPanel } from "./RightPanel";
import { SidePanel } from "./SidePanel";
import { TabbedPanel } from "./TabbedPanel";

interface SidesProps {
  readonly layout: Layout;
  readonly shell: ShellSetting;
  /** The map, which keeps its place among its siblings so that it survives a change of layout. */
  readonly children: ReactNode;
}

/** The panels around the map: two beside it, one beside it, or a sheet over it. */
export function Sides({ layout, shell, children }: SidesProps) {
  const { left, right, tab, stop, change } = shell;
  function show(chosen: Tab): void {
    change({ tab: chosen, stop: stop === "peek" ? "half" : stop });
  }
  return (
    <>
      {layout !== "mobile" && (
        <SidePanel side="left" open={left} onToggle={() => change({ left: !left })}>
          {layout === "tablet" ? (
            <TabbedPanel tab={tab} onTab={show} />
          ) : (
            <Panel title={t("Devices")}>
              <DevicesPanel />
            </Panel>
          )}
        </SidePanel>
      )}
      {children}
      {layout === "desktop" && (
        <SidePanel side="right" open={right} onToggle={() => change({ right: !right })}>
          <RightPanel />
        </SidePanel>
      )}
      {layout === "mobile" && (
        <BottomSheet stop={stop} onStop={(chosen) => change({ stop: chosen })}>
          <TabbedPanel tab={tab} folded={stop === "peek"} onTab={show} />
        </BottomSheet>
      )}
    </>
  );
}
