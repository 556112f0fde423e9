import { useEffect, useRef } from "react";
import type { Device } from "../api/devices";
import { useEngine } from "../hooks/useEngine";
import { useServerNow } from "../hooks/useNow";
import { useReadable } from "../hooks/useReadable";
import { t } from "../words/t";
import { DeviceRow, rowId } from "./DeviceRow";
import { useMarkedRow } from "./useMarkedRow";
import { useRowWindow } from "./useRowWindow";

// More is asked for before the end is reached.
const AHEAD_ROWS = 30;

interface DeviceListProps {
  readonly devices: readonly Device[];
  readonly total: number;
  /** Called when the end comes near. */
  onEnd(): void;
}

export function DeviceList({ devices, total, onEnd }: DeviceListProps) {
  const selected = useReadable(useEngine().selection);
  const now = useServerNow();
  const list = useRef<HTMLDivElement>(null);
  const rows = useRowWindow(list, devices.length);
  const { marked, press } = useMarkedRow(devices, rows);
  useEffect(() => {
    if (rows.end >= devices.length - AHEAD_ROWS) onEnd();
  }, [rows.end, devices.length, onEnd]);
  const drawn = devices.slice(rows.first, rows.end);
  const markedDevice = drawn[marked - rows.first];
  return (
    <div
      ref={list}
      className="device-list"
      role="listbox"
      aria-label={t("Devices")}
      tabIndex={0}
      aria-activedescendant={markedDevice && rowId(markedDevice.device_id)}
      onKeyDown={press}
    >
      <div className="device-rows" style={{ height: devices.length * rows.rowHeight }}>
        {drawn.map((device, offset) => (
          <DeviceRow
            key={device.device_id}
            device={device}
            index={rows.first + offset}
            total={total}
            top={(rows.first + offset) * rows.rowHeight}
            marked={rows.first + offset === marked}
            selected={device.device_id === selected}
            now={now}
          />
        ))}
      </div>
    </div>
  );
}
