import type { Credit } from "../engine/types";

/** What the built-in basemap is made of, to be said wherever it is shown. */
export const BASEMAP_CREDITS: readonly Credit[] = [
  { text: "Natural Earth", url: "https://www.naturalearthdata.com/" },
  { text: "GeoNames (CC BY 4.0)", url: "https://www.geonames.org/" },
];
