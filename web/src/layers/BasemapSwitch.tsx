import { useId } from "react";
import type { BasemapOption } from "../api/config";
import { useEngine } from "../engine/useEngine";
import { t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";

const PERCENT = 100;

/** What the rest is drawn on, and how much of it is seen. */
export function BasemapSwitch() {
  const { basemap } = useEngine();
  const { chosen, dim } = useReadable(basemap.state);
  const group = useId();
  return (
    <fieldset className="toggles">
      <legend>{t("Basemap")}</legend>
      {basemap.options.map((option) => (
        <label key={option.id} className="toggle">
          <input
            type="radio"
            name={group}
            checked={option.id === chosen.id}
            onChange={() => basemap.choose(option.id)}
          />
          <span>{nameOf(option)}</span>
        </label>
      ))}
      <label className="toggle">
        <span>{t("Dim")}</span>
        <input
          type="range"
          min={0}
          max={80}
          step={5}
          value={Math.round(dim * PERCENT)}
          onChange={(event) => basemap.setDim(Number(event.target.value) / PERCENT)}
        />
      </label>
    </fieldset>
  );
}

/** Those that are always there are called in the language of the page. */
function nameOf({ kind, name }: BasemapOption): string {
  if (kind === "builtin") return t("Built-in");
  return kind === "none" ? t("None") : name;
}
