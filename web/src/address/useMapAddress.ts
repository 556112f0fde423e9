import { useEffect, useEffectEvent, useState } from "react";
import type { ShellSetting } from "../app/state/useShellState";
import { useDeviceFilter } from "../devices/useDeviceFilter";
import type { Engine, Layers } from "../engine/types";
import { useEngine } from "../engine/useEngine";
import { Pace } from "../lib/pace";
import { useReadable } from "../lib/useReadable";
import { type MapAddress, readMapAddress, writeMapAddress } from "./mapAddress";

const PACE = 250; // ms

/** Keeps the address and what is selected, filtered, switched off and open the same, whoever changes one of them. */
export function useMapAddress(shell: ShellSetting): void {
  const engine = useEngine();
  const { filter, setFilter } = useDeviceFilter();
  const layers = useReadable(engine.layers);
  const selected = useReadable(engine.group.members);
  const isolated = useReadable(engine.group.isolated);
  const closed = (["left", "right"] as const).filter((side) => !shell[side]);
  const off = (Object.keys(layers) as (keyof Layers)[]).filter((layer) => !layers[layer]);
  // That which is open by itself need not be said.
  const [first] = useState(shell.tab);
  const said = { selected, isolated, filter, off, closed, tab: shell.tab === first ? null : shell.tab };

  const read = useEffectEvent(() => {
    const asked = readMapAddress(window.location.hash);
    tell(engine, asked);
    setFilter(asked.filter);
    const sides = { left: !asked.closed.includes("left"), right: !asked.closed.includes("right") };
    shell.change(asked.tab ? { ...sides, tab: asked.tab } : sides);
  });
  const write = useEffectEvent(() => say(said));
  const [pace] = useState(() => new Pace(PACE, () => write()));
  useEffect(() => {
    read();
    const listener = (): void => read();
    window.addEventListener("hashchange", listener);
    return () => {
      window.removeEventListener("hashchange", listener);
      pace.stop();
    };
  }, [pace]);
  const text = JSON.stringify(said);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever what is to be said is something else
  useEffect(() => pace.ask(), [pace, text]);
}

function tell(engine: Engine, { selected, isolated, off }: MapAddress): void {
  engine.select(null);
  engine.group.add(selected);
  engine.group.isolate(isolated);
  for (const layer of ["live", "history", "track"] as const) {
    const on = !off.includes(layer);
    if (engine.layers.get()[layer] !== on) engine.setLayer(layer, on);
  }
}

function say(said: MapAddress): void {
  const { pathname, search, hash } = window.location;
  const written = writeMapAddress(hash, said);
  if (written !== (hash || "#")) window.history.replaceState(window.history.state, "", pathname + search + written);
}
