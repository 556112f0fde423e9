import { formatMinute } from "../format/time";
import { t } from "../i18n/t";
import type { TimeRange } from "../lib/timeRange";
import { type HistoryChoice, layerRange, PRESETS } from "./historyRange";
import type { Mode } from "./useReplayMode";

const HOUR = 3_600_000; // ms

interface RangeOption {
  readonly value: HistoryChoice;
  readonly label: string;
}

/**
 * The options of the period. A replay plays exactly the chosen one. The layer shows whole hours: a short preset is labelled
 * with its start, and of presets with the same label only one is an option. `shown` is the range of the choice.
 */
export function rangeOptions(
  mode: Mode,
  chosen: HistoryChoice,
  shown: TimeRange | null,
  now: number,
): readonly RangeOption[] {
  const custom: RangeOption = { value: "custom", label: t("Custom") };
  if (mode === "replay") return [...PRESETS.map(({ key, label }) => ({ value: key, label: t(label) })), custom];
  const presets = PRESETS.map(({ key, label, milliseconds }): RangeOption => {
    const { from } = (key === chosen && shown) || layerRange(key, now);
    return {
      value: key,
      label: milliseconds > HOUR ? t(label) : t("Since {{time}}", { time: formatMinute(from, now) }),
    };
  });
  const offered = presets.filter((preset) => {
    const alike = presets.filter(({ label }) => label === preset.label);
    return preset === (alike.find(({ value }) => value === chosen) ?? alike.at(-1));
  });
  return [{ value: "off", label: t("Off") }, ...offered, custom];
}
