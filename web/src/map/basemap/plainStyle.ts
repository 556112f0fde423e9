import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import type { StyleFunction } from "ol/style/Style";
import Style from "ol/style/Style";
import type { Palette } from "../view/palette";

const WATER = /water|ocean|sea|lake/i;
const LINES = /road|street|transport|rail/i;
const BORDERS = /bound|border|admin/i;

/** A style for tiles with unknown layers: water, roads and borders by their usual layer names, no labels. */
export function plainStyle(palette: Palette): StyleFunction {
  const water = new Style({ fill: new Fill({ color: palette.water }) });
  const area = new Style({ stroke: new Stroke({ color: palette.coast, width: 0.5 }) });
  const river = new Style({ stroke: new Stroke({ color: palette.river, width: 1.2 }) });
  const road = new Style({ stroke: new Stroke({ color: palette.arterial, width: 1.2 }) });
  const border = new Style({ stroke: new Stroke({ color: palette.border, width: 0.8 }) });
  return (feature) => {
    const name = String(feature.get("layer") ?? "");
    const isArea = feature.getGeometry()?.getType().endsWith("Polygon") ?? false;
    if (WATER.test(name)) return isArea ? water : river;
    if (isArea) return area;
    if (LINES.test(name)) return road;
    return BORDERS.test(name) ? border : undefined;
  };
}
