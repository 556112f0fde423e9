import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { DetailPanel } from "../panels/DetailPanel";
import { OverviewPanel } from "../panels/OverviewPanel";
import { Panel } from "../panels/Panel";

export function RightPanel() {
  const selected = useReadable(useEngine().selection);
  if (selected === null) {
    return (
      <Panel key="overview" title="Overview">
        <OverviewPanel />
      </Panel>
    );
  }
  return (
    <Panel key={selected} title="Device">
      <DetailPanel deviceId={selected} />
    </Panel>
  );
}
