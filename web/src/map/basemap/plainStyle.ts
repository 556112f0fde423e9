import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import type { StyleFunction } from "ol/style/Style";
import Style from "ol/style/Style";
import type { MapColours } from "../view/mapColours";

const WATER = /water|ocean|sea|lake/i;
const LINES = /road|street|transport|rail/i;
const BORDERS = /bound|border|admin/i;

/** A style for tiles with unknown layers: water, roads and borders by their usual layer names, no labels. */
export function plainStyle(colours: MapColours): StyleFunction {
  const water = new Style({ fill: new Fill({ color: colours.water }) });
  const area = new Style({ stroke: new Stroke({ color: colours.coast, width: 0.5 }) });
  const river = new Style({ stroke: new Stroke({ color: colours.river, width: 1.2 }) });
  const road = new Style({ stroke: new Stroke({ color: colours.arterial, width: 1.2 }) });
  const border = new Style({ stroke: new Stroke({ color: colours.border, width: 0.8 }) });
  return (feature) => {
    const name = String(feature.get("layer") ?? "");
    const isArea = feature.getGeometry()?.getType().endsWith("Polygon") ?? false;
    if (WATER.test(name)) return isArea ? water : river;
    if (isArea) return area;
    if (LINES.test(name)) return road;
    return BORDERS.test(name) ? border : undefined;
  };
}
