import { ChevronDown, ChevronUp } from "lucide-react";
import { useId, useState } from "react";
import { useEngine } from "../engine/useEngine";
import { useServerNow } from "../engine/useNow";
import { formatMinute } from "../format/time";
import { type Label, t } from "../i18n/t";
import { useShortcuts } from "../keyboard/useShortcuts";
import { BasemapSwitch } from "../layers/BasemapSwitch";
import { ColourChoice } from "../layers/ColourChoice";
import { LayerToggles } from "../layers/LayerToggles";
import { Legend } from "../layers/Legend";
import type { TimeRange } from "../lib/timeRange";
import { useReadable } from "../lib/useReadable";
import { settings } from "../settings/settings";
import { IconButton } from "../ui/IconButton";
import { SegmentedControl } from "../ui/SegmentedControl";
import { useLayout } from "../ui/useLayout";
import { Histogram } from "./Histogram";
import { HistoryRangeForm } from "./HistoryRangeForm";
import { HistoryReport, HistorySpan } from "./HistoryReport";
import { rangeOptions } from "./rangeOptions";
import { ReplayBar } from "./replay/ReplayBar";
import { useHistoryChoice } from "./useHistoryChoice";
import { useReplayMode } from "./useReplayMode";

const MODES = [
  { value: "live", label: "Live" },
  { value: "replay", label: "Replay" },
] as const satisfies readonly { readonly value: string; readonly label: Label }[];

/** Live or a replay, and the time that is played or that the history layer shows, in one row; on request which layers are drawn, and what they mean. */
export function MapDock() {
  const engine = useEngine();
  const setting = useHistoryChoice();
  const mode = useReplayMode(setting);
  const { loading, range } = useReadable(engine.history);
  const small = useLayout() === "mobile";
  const [more, setMore] = useState(false);
  const moreId = useId();
  useHistoryKey(setting);
  const shownRange = mode.replay?.range ?? range;
  const play = (show: (wanted: TimeRange) => void) => (wanted: TimeRange) => {
    show(wanted);
    mode.playRange(wanted);
  };
  return (
    <section className="dock" aria-label={t("History and layers")} aria-busy={loading} data-more={more}>
      {loading && <div className="loading-bar" />}
      <div className="dock-row">
        <h2>{t("Time")}</h2>
        <TimeChoices setting={setting} mode={mode} />
        <IconButton
          name={t("Layers and legend")}
          icon={more ? ChevronDown : ChevronUp}
          aria-expanded={more}
          aria-controls={more ? moreId : undefined}
          onClick={() => setMore(!more)}
        />
        <HistoryReport choice={setting.choice} onRefresh={setting.refresh} />
      </div>
      {shownRange && (more || !small) && <Histogram range={shownRange} onRange={play(setting.showOther)} />}
      {mode.replay && <ReplayBar state={mode.replay} />}
      {setting.choice === "custom" && <CustomRange first={setting.wanted} onRange={play(setting.showCustom)} />}
      {more && <More id={moreId} />}
    </section>
  );
}

type Setting = ReturnType<typeof useHistoryChoice>;

/** `h` hides the history layer and shows it again. */
function useHistoryKey({ choice, choose }: Setting): void {
  const engine = useEngine();
  useShortcuts({
    h: () => {
      if (choice === "off") choose("1h");
      else engine.setLayer("history", !engine.layers.get().history);
    },
  });
}

interface TimeChoicesProps {
  readonly setting: Setting;
  readonly mode: ReturnType<typeof useReplayMode>;
}

function TimeChoices({ setting, mode: { replay, matches, setMode, playRange } }: TimeChoicesProps) {
  const shown = useReadable(useEngine().history).range;
  const now = useServerNow();
  return (
    <>
      <SegmentedControl
        label={t("What the map shows")}
        options={MODES.map(({ value, label }) => ({ value, label: t(label) }))}
        value={replay ? "replay" : "live"}
        onChange={setMode}
      />
      <SegmentedControl
        label={replay ? t("Time of the replay") : t("Period of the history layer")}
        options={rangeOptions(replay ? "replay" : "live", setting.choice, shown, now)}
        value={matches ? setting.choice : null}
        onChange={(choice) => {
          const range = setting.choose(choice);
          if (range) playRange(range);
        }}
      />
    </>
  );
}

function More({ id }: { readonly id: string }) {
  return (
    <div id={id} className="dock-more">
      <HistorySpan />
      <LayerToggles />
      <BasemapSwitch />
      <ColourChoice />
      <Legend />
    </div>
  );
}

interface CustomRangeProps {
  readonly first: TimeRange | null;
  onRange(range: TimeRange): void;
}

function CustomRange({ first, onRange }: CustomRangeProps) {
  const { zone } = useReadable(settings);
  const { range } = useReadable(useEngine().history);
  const now = useServerNow();
  const wider = range && first && (range.from < first.from || range.to > first.to);
  // What was typed is of the zone in which it was typed.
  return (
    <>
      <HistoryRangeForm key={zone} now={now} first={first} onRange={onRange} />
      {wider && (
        <p className="muted range-note">
          {t("The history layer shows whole hours: {{from}} to {{to}}.", {
            from: formatMinute(range.from, now),
            to: formatMinute(range.to, now),
          })}
        </p>
      )}
    </>
  );
}
