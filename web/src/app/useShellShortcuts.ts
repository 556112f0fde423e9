import { useEffect, useEffectEvent } from "react";
import { useDeviceFilter } from "../devices/useDeviceFilter";
import { useEngine } from "../engine/useEngine";
import { isFiltered, NO_FILTER } from "../fleet/deviceFilter";
import { fleetQuery } from "../fleet/deviceQuery";
import { useShortcuts } from "../keyboard/useShortcuts";
import type { ShellSetting } from "./state/useShellState";
import { nextChoice, type ThemeSetting } from "./state/useTheme";

/** The keys that belong to no single panel. */
export function useShellShortcuts(theme: ThemeSetting, shell: ShellSetting): void {
  const engine = useEngine();
  const { filter, setFilter } = useDeviceFilter();
  const { change } = shell;

  function backOut(): void {
    if (engine.measure.points.get()) engine.measure.end();
    else if (engine.following.get()) engine.follow(false);
    else if (engine.selection.get() !== null) engine.select(null);
    else if (engine.group.isolated.get()) engine.group.isolate(null);
    else if (isFiltered(filter)) setFilter(NO_FILTER);
  }
  function toggleFollow(): void {
    if (engine.selection.get() !== null) engine.follow(!engine.following.get());
  }
  function toggleLayer(name: "track" | "labels"): void {
    engine.setLayer(name, !engine.layers.get()[name]);
  }
  function showCharts(): void {
    engine.select(null);
    change({ left: true, right: true, tab: "overview", stop: shell.stop === "peek" ? "half" : shell.stop });
  }
  useShortcuts({
    "0": () => engine.fitFleet(fleetQuery(filter)),
    f: toggleFollow,
    t: () => toggleLayer("track"),
    l: () => toggleLayer("labels"),
    c: showCharts,
    i: () => engine.group.isolate(engine.group.isolated.get() ? null : engine.group.members.get()),
    d: () => theme.choose(nextChoice(theme.choice)),
    "[": () => change({ left: !shell.left }),
    "]": () => change({ right: !shell.right }),
    s: () => change({ dialog: "settings" }),
    "?": () => change({ dialog: "help" }),
    Escape: backOut,
  });
  usePaletteKey(() => change({ dialog: "palette" }));
}

/** Ctrl or Command with K, also while someone types. */
function usePaletteKey(open: () => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    open();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
