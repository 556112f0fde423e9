import { useEffect, useEffectEvent, useState } from "react";
import { useDeviceFilter } from "../devices/useDeviceFilter";
import type { Engine } from "../engine/engine";
import { useEngine } from "../engine/useEngine";
import { Throttle } from "../lib/throttle";
import { useReadable } from "../lib/useReadable";
import type { Layers } from "../map/layers";
import { type MapAddress, readMapAddress, writeMapAddress } from "./mapAddress";

const PACE = 250; // ms

/** Which panels are open; the part of the layout that the address holds. */
interface PanelState {
  readonly left: boolean;
  readonly right: boolean;
  readonly tab: "devices" | "overview";
}

interface PanelSetting extends PanelState {
  change(changes: Partial<PanelState>): void;
}

/** Keeps the address in step with the selection, the filter, the layers and the panels, in both directions. */
export function useMapAddress(panels: PanelSetting): void {
  const engine = useEngine();
  const { filter, setFilter } = useDeviceFilter();
  const layers = useReadable(engine.layers);
  const selected = useReadable(engine.group.members);
  const isolated = useReadable(engine.group.isolated);
  const closed = (["left", "right"] as const).filter((side) => !panels[side]);
  const off = (Object.keys(layers) as (keyof Layers)[]).filter((layer) => !layers[layer]);
  // The tab that is open by default is left out of the address.
  const [first] = useState(panels.tab);
  const address = { selected, isolated, filter, off, closed, tab: panels.tab === first ? null : panels.tab };

  const read = useEffectEvent(() => {
    const address = readMapAddress(window.location.hash);
    applyToEngine(engine, address);
    setFilter(address.filter);
    const sides = { left: !address.closed.includes("left"), right: !address.closed.includes("right") };
    panels.change(address.tab ? { ...sides, tab: address.tab } : sides);
  });
  const write = useEffectEvent(() => writeAddress(address));
  const [throttle] = useState(() => new Throttle(PACE, () => write()));
  useEffect(() => {
    read();
    const listener = (): void => read();
    window.addEventListener("hashchange", listener);
    return () => {
      window.removeEventListener("hashchange", listener);
      throttle.stop();
    };
  }, [throttle]);
  const text = JSON.stringify(address);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs whenever the address to be written changes
  useEffect(() => throttle.schedule(), [throttle, text]);
}

function applyToEngine(engine: Engine, { selected, isolated, off }: MapAddress): void {
  engine.select(null);
  engine.group.add(selected);
  engine.group.isolate(isolated);
  for (const layer of ["live", "history", "track"] as const) {
    const on = !off.includes(layer);
    if (engine.layers.get()[layer] !== on) engine.setLayer(layer, on);
  }
}

function writeAddress(address: MapAddress): void {
  const { pathname, search, hash } = window.location;
  const written = writeMapAddress(hash, address);
  if (written !== (hash || "#")) window.history.replaceState(window.history.state, "", pathname + search + written);
}
