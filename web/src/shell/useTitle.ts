import { useEffect } from "react";
import { useEngine } from "../hooks/useEngine";
import { useReadablePart } from "../hooks/useReadable";
import { t } from "../words/t";

export function useTitle(): void {
  const devices = useReadablePart(useEngine().stats, (stats) => stats?.devices);
  const title = devices === undefined ? "Herenow" : `${t("{{count, number}} devices", { count: devices })} · Herenow`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
