import { useEffect } from "react";
import { useEngine } from "../engine/useEngine";
import { useReadable } from "../lib/useReadable";
import { rememberDevice } from "./recentDevices";

/** Remembers which devices are selected, for the palette. */
export function useRecentDevices(): void {
  const engine = useEngine();
  const selected = useReadable(engine.selection);
  const position = useReadable(engine.selectedPosition);
  const name = position?.device_id === selected ? position?.name : undefined;
  useEffect(() => {
    if (selected !== null) rememberDevice({ device_id: selected, name: name ?? selected });
  }, [selected, name]);
}
