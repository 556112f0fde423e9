import { useEffect } from "react";
import { countOf } from "../format/count";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";

export function useTitle(): void {
  const devices = useReadable(useEngine().stats)?.devices;
  useEffect(() => {
    document.title = devices === undefined ? "Herenow" : `${countOf(devices, "device")} · Herenow`;
  }, [devices]);
}
