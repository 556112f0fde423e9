import { useCallback, useRef } from "react";
import { isFiltered, NO_FILTER } from "../filter/deviceFilter";
import { useDeviceFilter } from "../filter/useDeviceFilter";
import { formatCount } from "../format/count";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { t } from "../words/t";
import { DeviceList } from "./DeviceList";
import { FilterLine } from "./FilterLine";
import { QueryProblem } from "./QueryProblem";
import { SkeletonRows } from "./SkeletonRows";
import { StatusChips } from "./StatusChips";
import { type Devices, useDevices } from "./useDevices";

export function DevicesPanel() {
  const { filter } = useDeviceFilter();
  const devices = useDevices(filter);
  const fleet = useReadable(useEngine().stats)?.devices;
  const { data } = devices.query;
  return (
    <div className="devices-panel">
      <StatusChips />
      <FilterLine matching={data?.total} all={fleet} />
      <QueryProblem query={devices.query} what={t("The device list")} />
      <DevicesBody devices={devices} fleet={fleet} />
    </div>
  );
}

function DevicesBody({ devices, fleet }: { readonly devices: Devices; readonly fleet: number | undefined }) {
  const { data, isPending } = devices.query;
  const { filter } = useDeviceFilter();
  const latest = useRef(devices);
  latest.current = devices;
  const more = useCallback(() => latest.current.more(), []);
  if (isPending) return <SkeletonRows />;
  if (data === undefined) return null;
  if (data.devices.length === 0) return isFiltered(filter) ? <NoMatch all={fleet} /> : <NoneYet />;
  return (
    <>
      <DeviceList
        key={`${filter.status} ${filter.kind} ${filter.search}`}
        devices={data.devices}
        total={data.total}
        onEnd={more}
      />
      <Thousands devices={devices} />
    </>
  );
}

function NoneYet() {
  return <p className="empty muted">{t("No device has reported a position yet.")}</p>;
}

function NoMatch({ all }: { readonly all: number | undefined }) {
  const { setFilter } = useDeviceFilter();
  return (
    <div className="empty">
      <p>
        <strong>{all === undefined ? t("None match.") : t("0 of {{all}} match.", { all: formatCount(all) })}</strong>
      </p>
      <button type="button" className="button" onClick={() => setFilter(NO_FILTER)}>
        {t("Clear filters")}
      </button>
    </div>
  );
}

function Thousands({ devices }: { readonly devices: Devices }) {
  const { previousThousand, nextThousand } = devices;
  if (previousThousand === null && nextThousand === null) return null;
  return (
    <div className="thousands">
      {previousThousand && (
        <button type="button" className="button" onClick={previousThousand}>
          {t("Previous {{count, number}}", { count: 1000 })}
        </button>
      )}
      {nextThousand && (
        <button type="button" className="button" onClick={nextThousand}>
          {t("Next {{count, number}}", { count: 1000 })}
        </button>
      )}
    </div>
  );
}
