import { type KeyboardEvent, useEffect, useEffectEvent, useState } from "react";
import type { Device } from "../api/devices";
import type { Engine } from "../engine/engine";
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
  const awaitRow = useAwaitedRow(devices, setMarkedId);

  const mark = useEffectEvent((deviceId: string): void => {
    const row = rowOf(devices, deviceId);
    setMarkedId(deviceId);
    if (row >= 0) rows.reveal(row);
  });
  useEffect(() => {
    // Chosen on the map or by a bar, it is marked here too.
    if (selected !== null) mark(selected);
  }, [selected]);

  function step(key: string): void {
    // As the engine has it now: keys may come faster than this is rendered.
    const row = rowAfter(key, engine.selection.get() ?? markedId, devices, rows);
    const device = row === null ? undefined : deviceAt(devices, row);
    if (device !== undefined) engine.reveal(device.device_id);
  }
  function moveTo(row: number): void {
    const device = deviceAt(devices, row);
    if (device) setMarkedId(device.device_id);
    else awaitRow(row);
    rows.reveal(row);
  }
  function press(event: KeyboardEvent): void {
    // The page handles j and k.
    if (event.ctrlKey || event.metaKey || event.altKey || "jk".includes(event.key)) return;
    const row = rowAfter(event.key, markedId, devices, rows);
    if (row !== null) moveTo(row);
    else if (markedId === null || !choose(engine, event.key, markedId)) return;
    event.preventDefault();
  }
  useShortcuts({ j: () => step("j"), k: () => step("k") });
  return { markedId, press };
}

/** Returns what awaits a row that a key led to and that is still to be loaded: then it gets the mark. */
function useAwaitedRow(devices: DeviceWindow, mark: (deviceId: string) => void): (row: number) => void {
  const [awaited, setAwaited] = useState<number | null>(null);
  const take = useEffectEvent((row: number): void => {
    const device = deviceAt(devices, row);
    if (device === undefined) return;
    setAwaited(null);
    mark(device.device_id);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is loaded may have brought it
  useEffect(() => {
    if (awaited !== null) take(awaited);
  }, [awaited, devices]);
  return setAwaited;
}

/** The row that the key leads to; from one that is out of sight, from what is in sight. */
function rowAfter(key: string, deviceId: string | null, devices: DeviceWindow, rows: ScrolledRows): number | null {
  const row = deviceId === null ? -1 : rowOf(devices, deviceId);
  return nextRow(key, row < 0 ? rows.top - 1 : row, devices.total, rows.page);
}

/** False for a key that chooses nothing. */
function choose(engine: Engine, key: string, deviceId: string): boolean {
  if (key === "Enter") engine.reveal(deviceId);
  else if (key === " ") engine.group.toggle(deviceId);
  else return false;
  return true;
}

function rowOf({ devices, offset }: DeviceWindow, deviceId: string): number {
  const place = devices.findIndex(({ device_id }) => device_id === deviceId);
  return place < 0 ? -1 : offset + place;
}

function deviceAt({ devices, offset }: DeviceWindow, row: number): Device | undefined {
  return devices[row - offset];
}
