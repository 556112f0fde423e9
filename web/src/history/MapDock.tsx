import { Layers as LayersIcon, X } from "lucide-react";
import type { TimeRange } from "../engine/types";
import { useEngine } from "../hooks/useEngine";
import { useServerNow } from "../hooks/useNow";
import { useReadable } from "../hooks/useReadable";
import { useShortcuts } from "../hooks/useShortcuts";
import { Segments } from "../panels/Segments";
import { HistoryRangeForm } from "./HistoryRangeForm";
import { HistoryReport } from "./HistoryReport";
import { type HistoryChoice, PRESETS } from "./historyRange";
import { LayerToggles } from "./LayerToggles";
import { Legend } from "./Legend";
import { useHistoryChoice } from "./useHistoryChoice";

const CHOICES: readonly { readonly value: HistoryChoice; readonly label: string }[] = [
  { value: "off", label: "Off" },
  ...PRESETS.map(({ key, label }) => ({ value: key, label })),
  { value: "custom", label: "Custom" },
];

interface MapDockProps {
  readonly open: boolean;
  onOpen(open: boolean): void;
}

/** The time that the history layer shows, which layers are drawn, and what they mean. */
export function MapDock({ open, onOpen }: MapDockProps) {
  const engine = useEngine();
  const setting = useHistoryChoice();
  const { loading } = useReadable(engine.history);
  useShortcuts({
    h: () => {
      if (setting.choice === "off") setting.choose("1h");
      else engine.setLayer("history", !engine.layers.get().history);
    },
  });
  if (!open) return <DockOpener onOpen={onOpen} />;
  return (
    <section className="dock" aria-label="History and layers" aria-busy={loading}>
      {loading && <div className="loading-bar" />}
      <header className="card-head">
        <h2>History</h2>
        <button
          type="button"
          className="icon-button"
          aria-label="Close history and layers"
          onClick={() => onOpen(false)}
        >
          <X aria-hidden />
        </button>
      </header>
      <Segments
        label="Time that the history layer shows"
        options={CHOICES}
        value={setting.choice}
        onChange={setting.choose}
      />
      {setting.choice === "custom" && <CustomRange onRange={setting.showCustom} />}
      <HistoryReport onRefresh={setting.refresh} />
      <LayerToggles />
      <Legend />
    </section>
  );
}

function CustomRange({ onRange }: { onRange(range: TimeRange): void }) {
  return <HistoryRangeForm now={useServerNow()} onRange={onRange} />;
}

function DockOpener({ onOpen }: Pick<MapDockProps, "onOpen">) {
  return (
    <button type="button" className="button map-button dock-opener" onClick={() => onOpen(true)}>
      <LayersIcon aria-hidden /> History and layers
    </button>
  );
}
