import { DetailPanel } from "../../detail/DetailPanel";
import { DevicesPanel } from "../../devices/DevicesPanel";
import { useEngine } from "../../engine/useEngine";
import { useFleetSize } from "../../engine/useFleetCounts";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { OverviewPanel } from "../../overview/OverviewPanel";
import { Panel } from "../../ui/Panel";
import { SegmentedControl } from "../../ui/SegmentedControl";
import type { Tab } from "../state/useShellState";

interface TabbedPanelProps {
  readonly tab: Tab;
  /** Only the tabs have room. */
  readonly folded?: boolean;
  onTab(tab: Tab): void;
}

/** Everything in one panel, where there is no room for two. A selected device takes it over. */
export function TabbedPanel({ tab, folded = false, onTab }: TabbedPanelProps) {
  const engine = useEngine();
  const selected = useReadable(engine.selection);
  const devices = useFleetSize();
  if (selected !== null && !folded) {
    return (
      <Panel title={t("Device")}>
        <DetailPanel key={selected} deviceId={selected} />
      </Panel>
    );
  }
  return (
    <>
      <SegmentedControl
        label={t("Panel")}
        options={[
          {
            value: "devices",
            label: devices === undefined ? t("Devices") : t("{{count, number}} devices", { count: devices }),
          },
          { value: "overview", label: t("Overview") },
        ]}
        value={folded ? null : tab}
        onChange={onTab}
      />
      {!folded && (
        <Panel key={tab} title={tab === "devices" ? t("Devices") : t("Overview")}>
          {tab === "devices" ? <DevicesPanel /> : <OverviewPanel />}
        </Panel>
      )}
    </>
  );
}
