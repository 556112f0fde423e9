import { useEffect } from "react";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";
import { t } from "../words/t";

export function useTitle(): void {
  const devices = useReadable(useEngine().stats)?.devices;
  const title = devices === undefined ? "Herenow" : `${t("{{count, number}} devices", { count: devices })} · Herenow`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
