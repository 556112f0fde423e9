import { type LucideIcon, Maximize, Minus, Plus } from "lucide-react";
import { useEngine } from "../hooks/useEngine";
import { t } from "../words/t";

export function MapControls() {
  const engine = useEngine();
  return (
    <fieldset className="map-controls">
      <legend className="hidden">{t("Map")}</legend>
      <Control name={t("Zoom in")} shortcut="+" icon={Plus} onClick={() => engine.zoomBy(1)} />
      <Control name={t("Zoom out")} shortcut="-" icon={Minus} onClick={() => engine.zoomBy(-1)} />
      <Control name={t("Show the whole fleet")} shortcut="0" icon={Maximize} onClick={() => engine.fitFleet()} />
    </fieldset>
  );
}

interface ControlProps {
  readonly name: string;
  readonly shortcut: string;
  readonly icon: LucideIcon;
  onClick(): void;
}

function Control({ name, shortcut, icon: Icon, onClick }: ControlProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={name}
      aria-keyshortcuts={shortcut}
      title={`${name} (${shortcut})`}
      onClick={onClick}
    >
      <Icon aria-hidden />
    </button>
  );
}
