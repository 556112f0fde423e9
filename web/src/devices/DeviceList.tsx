import { useEffect, useMemo, useRef } from "react";
import { useEngine } from "../engine/useEngine";
import { useShownTime } from "../engine/useNow";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import { DeviceRow, rowId } from "./DeviceRow";
import { useActiveRow } from "./useActiveRow";
import { useDeviceFilter } from "./useDeviceFilter";
import type { DeviceWindow } from "./useDevices";
import { useRowWindow } from "./useRowWindow";

interface DeviceListProps {
  readonly devices: DeviceWindow;
  /** Called with the first row in sight, whenever it is another one. */
  onLook(row: number): void;
}

/** As high as if all that match were there; of them it holds those in sight, and of these it draws what is known. */
export function DeviceList({ devices, onLook }: DeviceListProps) {
  const members = useReadable(useEngine().group.members);
  const selected = useMemo(() => new Set(members), [members]);
  const { search } = useDeviceFilter().filter;
  const now = useShownTime();
  const list = useRef<HTMLDivElement>(null);
  const rows = useRowWindow(list, devices.total);
  const { markedId, press } = useActiveRow(devices, rows);
  useEffect(() => onLook(rows.top), [rows.top, onLook]);
  const known = devices.devices.slice(Math.max(0, rows.first - devices.offset), Math.max(0, rows.end - devices.offset));
  const firstKnown = Math.max(rows.first, devices.offset);
  return (
    <div
      ref={list}
      className="device-list"
      role="listbox"
      aria-multiselectable
      aria-label={t("Devices")}
      tabIndex={0}
      aria-activedescendant={known.some((one) => one.device_id === markedId) ? rowId(markedId ?? "") : undefined}
      onKeyDown={press}
    >
      <div className="device-rows" style={{ height: devices.total * rows.rowHeight }}>
        {known.map((device, place) => (
          <DeviceRow
            key={device.device_id}
            device={device}
            index={firstKnown + place}
            total={devices.total}
            top={(firstKnown + place) * rows.rowHeight}
            marked={device.device_id === markedId}
            selected={selected.has(device.device_id)}
            search={search}
            now={now}
          />
        ))}
      </div>
    </div>
  );
}
