import { useEngine } from "../engine/useEngine";
import { type Label, t } from "../i18n/t";
import { useReadable } from "../lib/useReadable";
import type { Layers } from "../map/layers";

const NAMES: readonly { readonly key: keyof Layers; readonly label: Label }[] = [
  { key: "live", label: "Live" },
  { key: "history", label: "History" },
  { key: "density", label: "History as density" },
  { key: "labels", label: "Labels" },
  { key: "track", label: "Track" },
  { key: "trails", label: "Trails of all" },
  { key: "ahead", label: "Heading" },
];

export function LayerToggles() {
  const engine = useEngine();
  const layers = useReadable(engine.layers);
  return (
    <fieldset className="toggles">
      <legend>{t("Layers")}</legend>
      {NAMES.map(({ key, label }) => (
        <label key={key} className="toggle">
          <input
            type="checkbox"
            checked={layers[key]}
            onChange={(event) => engine.setLayer(key, event.target.checked)}
          />
          <span>{t(label)}</span>
        </label>
      ))}
    </fieldset>
  );
}
