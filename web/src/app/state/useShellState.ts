import { useCallback, useEffect, useState } from "react";
import { useEngine } from "../../engine/useEngine";
import { useReadable } from "../../lib/useReadable";
import type { Layout } from "../../ui/useLayout";
import type { SheetStop } from "./sheetStops";

export type Tab = "devices" | "overview";

/** What is open. */
export interface ShellState {
  readonly left: boolean;
  readonly right: boolean;
  readonly dialog: "help" | "settings" | "palette" | null;
  readonly tab: Tab;
  readonly stop: SheetStop;
}

export interface ShellSetting extends ShellState {
  change(changes: Partial<ShellState>): void;
}

export function useShellState(layout: Layout): ShellSetting {
  const [state, setState] = useState<ShellState>({
    left: true,
    right: true,
    dialog: null,
    tab: layout === "mobile" ? "overview" : "devices",
    stop: "peek",
  });
  const change = useCallback((changes: Partial<ShellState>) => setState((before) => ({ ...before, ...changes })), []);
  const selected = useReadable(useEngine().selection);
  useEffect(() => {
    // What was tapped on the map is below the edge of a sheet that only peeks.
    if (selected === null) return;
    setState((before) => (before.stop === "peek" ? { ...before, stop: "half" } : before));
  }, [selected]);
  return { ...state, change };
}
