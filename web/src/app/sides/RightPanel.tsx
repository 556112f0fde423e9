import { DetailPanel } from "../../detail/DetailPanel";
import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import { OverviewPanel } from "../../overview/OverviewPanel";
import { Panel } from "../../ui/Panel";

export function RightPanel() {
  const selected = useReadable(useEngine().selection);
  if (selected === null) {
    return (
      <Panel key="overview" title={t("Overview")}>
        <OverviewPanel />
      </Panel>
    );
  }
  return (
    <Panel key={selected} title={t("Device")}>
      <DetailPanel deviceId={selected} />
    </Panel>
  );
}
