import { Maximize, Minus, Plus } from "lucide-react";
import { useEngine } from "../hooks/useEngine";

export function MapControls() {
  const engine = useEngine();
  return (
    <fieldset className="map-controls">
      <legend className="hidden">Map</legend>
      <button
        type="button"
        className="icon-button"
        aria-label="Zoom in"
        title="Zoom in (+)"
        onClick={() => engine.zoomBy(1)}
      >
        <Plus aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Zoom out"
        title="Zoom out (−)"
        onClick={() => engine.zoomBy(-1)}
      >
        <Minus aria-hidden />
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Show the whole fleet"
        aria-keyshortcuts="0"
        title="Show the whole fleet (0)"
        onClick={() => engine.fitFleet()}
      >
        <Maximize aria-hidden />
      </button>
    </fieldset>
  );
}
