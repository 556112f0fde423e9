import { useEffect } from "react";
import { rememberDevice } from "./recentDevices";
import { useEngine } from "./useEngine";
import { useReadable } from "./useReadable";

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
