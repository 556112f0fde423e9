import { type KeyboardEvent, useEffect, useEffectEvent, useState } from "react";
import type { Device } from "../api/devices";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { useShortcuts } from "../hooks/useShortcuts";
import { nextRow } from "./listKeys";
import type { ScrolledRows } from "./useRowWindow";

export interface MarkedRow {
  /** The row that the keys of the list move, or -1. */
  readonly marked: number;
  press(event: KeyboardEvent): void;
}

/** In the list the keys move a mark and Enter selects it; j and k select the next and the previous from anywhere. */
export function useMarkedRow(devices: readonly Device[], rows: ScrolledRows): MarkedRow {
  const engine = useEngine();
  const selected = useReadable(engine.selection);
  const [markedId, setMarkedId] = useState(selected);
  const marked = devices.findIndex(({ device_id }) => device_id === markedId);

  function mark(device: Device): void {
    setMarkedId(device.device_id);
    rows.reveal(devices.indexOf(device));
  }
  const markSelected = useEffectEvent(() => {
    const device = devices.find(({ device_id }) => device_id === selected);
    if (device !== undefined) mark(device);
  });
  useEffect(() => {
    // Chosen on the map or by a bar, it is marked here too.
    if (selected !== null) markSelected();
  }, [selected]);

  function step(key: string): void {
    // As the engine has it now: keys may come faster than this is rendered.
    const current = engine.selection.get() ?? markedId;
    const row = devices.findIndex(({ device_id }) => device_id === current);
    const device = led(key, devices, row, rows.page);
    if (device !== undefined) engine.select(device.device_id);
  }
  function press(event: KeyboardEvent): void {
    // j and k are heard by the page.
    if (event.ctrlKey || event.metaKey || event.altKey || "jk".includes(event.key)) return;
    const device = event.key === "Enter" ? devices[marked] : led(event.key, devices, marked, rows.page);
    if (device === undefined) return;
    event.preventDefault();
    if (event.key === "Enter") engine.select(device.device_id);
    else mark(device);
  }
  useShortcuts({ j: () => step("j"), k: () => step("k") });
  return { marked, press };
}

/** The device that the key leads to from a row. */
function led(key: string, devices: readonly Device[], row: number, page: number): Device | undefined {
  const next = nextRow(key, row, devices.length, page);
  return next === null ? undefined : devices[next];
}
