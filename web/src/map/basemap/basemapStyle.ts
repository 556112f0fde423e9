import type { FeatureLike } from "ol/Feature";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import type { StyleFunction } from "ol/style/Style";
import Style from "ol/style/Style";
import Text from "ol/style/Text";
import type { MapColours } from "../view/mapColours";

const FAMILY = "'Inter Variable', Inter, system-ui, sans-serif";
const BORDERS_FROM = 30_000; // metres a pixel
const REGIONS_FROM = 15_000;
const RIVERS_FROM = 5000;
const CLOSE = 160; // metres a pixel: from here on the few names that are left stand among vehicles
const CLOSE_SCALE = 1.2;
const MOST_NAMES = 4000; // cached styles; at the limit the cache is cleared

interface NameLook {
  readonly font: string;
  readonly colour: keyof MapColours;
  /** Metres a pixel between which it is shown. */
  readonly from: number;
  readonly to: number;
  /** The greater wins the room. */
  readonly rank: number;
}

const LOOKS: Readonly<Record<string, NameLook>> = {
  country: { font: `500 11px ${FAMILY}`, colour: "countryName", from: 30_000, to: 1200, rank: 5 },
  capital: { font: `600 12px ${FAMILY}`, colour: "placeName", from: 10_000, to: 0, rank: 4 },
  metropolis: { font: `500 12px ${FAMILY}`, colour: "placeName", from: 9000, to: 0, rank: 3.5 },
  city: { font: `500 12px ${FAMILY}`, colour: "placeName", from: 4000, to: 0, rank: 3 },
  town: { font: `400 11px ${FAMILY}`, colour: "placeName", from: 900, to: 0, rank: 2 },
  village: { font: `400 11px ${FAMILY}`, colour: "placeName", from: 220, to: 0, rank: 1 },
};

/** How the ground of the built-in basemap looks. */
export function groundStyle(colours: MapColours): StyleFunction {
  const land = new Style({
    fill: new Fill({ color: colours.land }),
    stroke: new Stroke({ color: colours.coast, width: 0.8 }),
    zIndex: 0,
  });
  const borders = new Style({ stroke: new Stroke({ color: colours.border, width: 0.8 }), zIndex: 3 });
  const regions = new Style({ stroke: new Stroke({ color: colours.coast, width: 0.8, lineDash: [4, 3] }), zIndex: 3 });
  const lakes = new Style({
    fill: new Fill({ color: colours.water }),
    stroke: new Stroke({ color: colours.coast, width: 0.6 }),
    zIndex: 2,
  });
  const rivers = new Style({ stroke: new Stroke({ color: colours.river, width: 1.2 }), zIndex: 1 });
  return (feature, resolution) => {
    switch (feature.get("layer")) {
      case "land":
        return land;
      case "borders":
        return resolution < BORDERS_FROM ? borders : undefined;
      case "regions":
        return resolution < REGIONS_FROM ? regions : undefined;
      case "lakes":
        return lakes;
      case "rivers":
        return resolution < RIVERS_FROM ? rivers : undefined;
      default:
        return undefined;
    }
  };
}

/** How its names look. */
export function nameStyles(colours: MapColours): (feature: FeatureLike, resolution: number) => Style | undefined {
  const kept = new Map<string, Style>();
  return (feature, resolution) => {
    if (feature.get("layer") !== "places") return undefined;
    const look = LOOKS[String(feature.get("class"))];
    if (!look || resolution > look.from || resolution < look.to) return undefined;
    const name = String(feature.get("name"));
    const size = resolution < CLOSE ? CLOSE_SCALE : 1;
    const key = `${look.rank}/${size}/${name}`;
    let style = kept.get(key);
    if (!style) {
      if (kept.size >= MOST_NAMES) kept.clear();
      style = nameStyle(colours, look, name, size);
      kept.set(key, style);
    }
    return style;
  };
}

function nameStyle(colours: MapColours, look: NameLook, name: string, scale: number): Style {
  return new Style({
    zIndex: 10 + look.rank,
    text: new Text({
      text: look.colour === "countryName" && look.rank === 5 ? name.toUpperCase() : name,
      font: look.font,
      scale,
      fill: new Fill({ color: String(colours[look.colour]) }),
      stroke: new Stroke({ color: colours.halo, width: 3 }),
      padding: [6, 8, 6, 8],
    }),
  });
}
