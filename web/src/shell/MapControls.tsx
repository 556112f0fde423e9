import { Maximize, Minus, Plus } from "lucide-react";
import { useEngine } from "../hooks/useEngine";
import { t } from "../words/t";
import { IconButton } from "./IconButton";

export function MapControls() {
  const engine = useEngine();
  return (
    <fieldset className="map-controls">
      <legend className="hidden">{t("Map")}</legend>
      <IconButton name={t("Zoom in")} shortcut="+" icon={Plus} onClick={() => engine.zoomBy(1)} />
      <IconButton name={t("Zoom out")} shortcut="-" icon={Minus} onClick={() => engine.zoomBy(-1)} />
      <IconButton name={t("Show the whole fleet")} shortcut="0" icon={Maximize} onClick={() => engine.fitFleet()} />
    </fieldset>
  );
}
