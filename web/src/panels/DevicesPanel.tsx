import { Crosshair } from "lucide-react";
import { useState } from "react";
import { isFiltered } from "../filter/deviceFilter";
import { useDeviceFilter } from "../filter/useDeviceFilter";
import { useEngine } from "../hooks/useEngine";
import { useReadablePart } from "../hooks/useReadable";
import { t } from "../words/t";
import { DeviceList } from "./DeviceList";
import { type DeviceOrder, FIRST_ORDER, sortOf } from "./deviceOrder";
import { FilterLine } from "./FilterLine";
import { KindChips } from "./KindChips";
import { NoMatch } from "./NoMatch";
import { QueryProblem } from "./QueryProblem";
import { SkeletonRows } from "./SkeletonRows";
import { SortBar } from "./SortBar";
import { StatusChips } from "./StatusChips";
import { type Devices, useDevices } from "./useDevices";

export function DevicesPanel() {
  const { filter } = useDeviceFilter();
  const [order, setOrder] = useState<DeviceOrder>(FIRST_ORDER);
  const devices = useDevices(filter, order);
  const fleet = useReadablePart(useEngine().stats, (stats) => stats?.devices);
  const { data } = devices.query;
  return (
    <div className="devices-panel">
      <StatusChips>
        <InViewOnly />
      </StatusChips>
      <KindChips />
      <SortBar order={order} onOrder={setOrder} />
      <FilterLine matching={data?.total} all={fleet} settling={devices.settling} />
      <QueryProblem query={devices.query} what={t("The device list")} />
      <DevicesBody devices={devices} order={order} />
    </div>
  );
}

function InViewOnly() {
  const { filter, setFilter } = useDeviceFilter();
  return (
    <button
      type="button"
      className="chip"
      aria-pressed={filter.inView}
      title={t("List only what the map shows")}
      onClick={() => setFilter({ ...filter, inView: !filter.inView })}
    >
      <Crosshair aria-hidden /> {t("In view")}
    </button>
  );
}

function DevicesBody({ devices, order }: { readonly devices: Devices; readonly order: DeviceOrder }) {
  const { data, isPending } = devices.query;
  const { filter } = useDeviceFilter();
  if (isPending) return <SkeletonRows />;
  if (data === undefined) return null;
  if (data.total === 0) return isFiltered(filter) ? <NoMatch without={data.without} /> : <NoneYet />;
  return <DeviceList key={JSON.stringify([filter, sortOf(order)])} devices={data} onLook={devices.look} />;
}

function NoneYet() {
  return <p className="empty muted">{t("No device has reported a position yet.")}</p>;
}
