import { Crosshair } from "lucide-react";
import { useFleetSize, useIsPast } from "../engine/useFleetCounts";
import { isFiltered } from "../fleet/deviceFilter";
import { t } from "../i18n/t";
import { QueryProblem } from "../ui/QueryProblem";
import { SkeletonRows } from "../ui/SkeletonRows";
import { DeviceList } from "./DeviceList";
import { FilterLine } from "./FilterLine";
import { KindChips } from "./KindChips";
import { NoMatch } from "./NoMatch";
import { SortBar } from "./SortBar";
import { StatusChips } from "./StatusChips";
import { useDeviceFilter } from "./useDeviceFilter";
import { type Devices, useDevices } from "./useDevices";

export function DevicesPanel() {
  const { filter, order, setOrder } = useDeviceFilter();
  const devices = useDevices(filter, order);
  const fleet = useFleetSize();
  const past = useIsPast();
  const { data } = devices.query;
  return (
    <div className="devices-panel">
      <StatusChips>
        <InViewOnly />
      </StatusChips>
      <KindChips />
      <SortBar order={order} past={past} onOrder={setOrder} />
      <FilterLine matching={data?.total} all={fleet} settling={devices.settling} />
      <QueryProblem query={devices.query} what={t("The device list")} />
      <DevicesBody devices={devices} />
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
      title={t("List only devices in view")}
      onClick={() => setFilter({ ...filter, inView: !filter.inView })}
    >
      <Crosshair aria-hidden /> {t("In view")}
    </button>
  );
}

function DevicesBody({ devices }: { readonly devices: Devices }) {
  const { data, isPending } = devices.query;
  const { filter } = useDeviceFilter();
  if (isPending) return <SkeletonRows />;
  if (data === undefined) return null;
  if (data.total === 0) return isFiltered(filter) ? <NoMatch without={data.without} /> : <NoneYet />;
  return <DeviceList key={data.of} devices={data} onLook={devices.showRow} />;
}

function NoneYet() {
  return <p className="empty muted">{t("No device has reported a position yet.")}</p>;
}
