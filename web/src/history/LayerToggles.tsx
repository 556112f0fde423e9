import type { Layers } from "../engine/types";
import { useEngine } from "../hooks/useEngine";
import { useReadable } from "../hooks/useReadable";

const NAMES: readonly { readonly key: keyof Layers; readonly label: string }[] = [
  { key: "live", label: "Live" },
  { key: "history", label: "History" },
  { key: "labels", label: "Labels" },
  { key: "track", label: "Track" },
];

export function LayerToggles() {
  const engine = useEngine();
  const layers = useReadable(engine.layers);
  return (
    <fieldset className="toggles">
      <legend>Layers</legend>
      {NAMES.map(({ key, label }) => (
        <label key={key} className="toggle">
          <input
            type="checkbox"
            checked={layers[key]}
            onChange={(event) => engine.setLayer(key, event.target.checked)}
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
