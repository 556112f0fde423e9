import { useEffect } from "react";
import { useEngine } from "../engine/useEngine";
import { t } from "../i18n/t";
import { useReadablePart } from "../lib/useReadable";

export function useTitle(): void {
  const devices = useReadablePart(useEngine().stats, (stats) => stats?.devices);
  const title = devices === undefined ? "Herenow" : `${t("{{count, number}} devices", { count: devices })} · Herenow`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
