import { Maximize, Minus, Plus } from "lucide-react";
import { useDeviceFilter } from "../../devices/useDeviceFilter";
import { useEngine } from "../../engine/useEngine";
import { isFiltered } from "../../fleet/deviceFilter";
import { fleetQuery } from "../../fleet/deviceQuery";
import { t } from "../../i18n/t";
import { IconButton } from "../../ui/IconButton";

export function MapControls() {
  const engine = useEngine();
  const { filter } = useDeviceFilter();
  const matching = isFiltered({ ...filter, inView: false });
  return (
    <fieldset className="map-controls">
      <legend className="hidden">{t("Map")}</legend>
      <IconButton name={t("Zoom in")} shortcut="+" icon={Plus} onClick={() => engine.zoomBy(1)} />
      <IconButton name={t("Zoom out")} shortcut="-" icon={Minus} onClick={() => engine.zoomBy(-1)} />
      <IconButton
        name={matching ? t("Show all matches of the filter") : t("Show the whole fleet")}
        shortcut="0"
        icon={Maximize}
        onClick={() => engine.fitFleet(fleetQuery(filter))}
      />
    </fieldset>
  );
}
