import { type KeyboardEvent, useEffect, useEffectEvent, useState } from "react";
import type { Device } from "../api/devices";
import { useEngine } from "../engine/useEngine";
import { useShortcuts } from "../keyboard/useShortcuts";
import { useReadable } from "../lib/useReadable";
import { nextRow } from "../ui/listNavigation";
import type { DeviceWindow } from "./useDevices";
import type { ScrolledRows } from "./useRowWindow";

export interface ActiveRow {
  /** The device that the keys of the list move from, or null. */
  readonly markedId: string | null;
  press(event: KeyboardEvent): void;
}

/** In the list the keys move a mark and Enter selects it; j and k select the next and the previous from anywhere. */
export function useActiveRow(devices: DeviceWindow, rows: ScrolledRows): ActiveRow {
  const engine = useEngine();
  const selected = useReadable(engine.selection);
  const [markedId, setMarkedId] = useState(selected);
  // A row that a key led to, and that is still to be loaded.
  const [awaited, setAwaited] = useState<number | null>(null);

  const mark = useEffectEvent((deviceId: string): void => {
    const row = rowOf(devices, deviceId);
    setMarkedId(deviceId);
    if (row >= 0) rows.reveal(row);
  });
  useEffect(() => {
    // Chosen on the map or by a bar, it is marked here too.
    if (selected !== null) mark(selected);
  }, [selected]);
  const takeAwaited = useEffectEvent((row: number): void => {
    const device = deviceAt(devices, row);
    if (device === undefined) return;
    setAwaited(null);
    setMarkedId(device.device_id);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is loaded may have brought it
  useEffect(() => {
    if (awaited !== null) takeAwaited(awaited);
  }, [awaited, devices]);

  /** The row that the key leads to; from one that is out of sight, from what is in sight. */
  function led(key: string, deviceId: string | null): number | null {
    const row = deviceId === null ? -1 : rowOf(devices, deviceId);
    return nextRow(key, row < 0 ? rows.top - 1 : row, devices.total, rows.page);
  }
  function step(key: string): void {
    // As the engine has it now: keys may come faster than this is rendered.
    const row = led(key, engine.selection.get() ?? markedId);
    const device = row === null ? undefined : deviceAt(devices, row);
    if (device !== undefined) engine.reveal(device.device_id);
  }
  function moveTo(row: number): void {
    const device = deviceAt(devices, row);
    if (device) setMarkedId(device.device_id);
    else setAwaited(row);
    rows.reveal(row);
  }
  /** False for a key that chooses nothing. */
  function choose(key: string): boolean {
    if (markedId === null) return false;
    if (key === "Enter") engine.reveal(markedId);
    else if (key === " ") engine.group.toggle(markedId);
    else return false;
    return true;
  }
  function press(event: KeyboardEvent): void {
    // The page handles j and k.
    if (event.ctrlKey || event.metaKey || event.altKey || "jk".includes(event.key)) return;
    const row = led(event.key, markedId);
    if (row !== null) moveTo(row);
    else if (!choose(event.key)) return;
    event.preventDefault();
  }
  useShortcuts({ j: () => step("j"), k: () => step("k") });
  return { markedId, press };
}

function rowOf({ devices, offset }: DeviceWindow, deviceId: string): number {
  const place = devices.findIndex(({ device_id }) => device_id === deviceId);
  return place < 0 ? -1 : offset + place;
}

function deviceAt({ devices, offset }: DeviceWindow, row: number): Device | undefined {
  return devices[row - offset];
}
