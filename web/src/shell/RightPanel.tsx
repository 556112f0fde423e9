import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { DetailPanel } from "../panels/DetailPanel";
import { OverviewPanel } from "../panels/OverviewPanel";
import { Panel } from "../panels/Panel";
import { t } from "../words/t";

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
