import type { BasemapOption, Credit } from "../../api/config";

/** What the built-in basemap is made of. */
const BUILT_IN: readonly Credit[] = [
  { text: "Natural Earth", url: "https://www.naturalearthdata.com/" },
  { text: "GeoNames (CC BY 4.0)", url: "https://www.geonames.org/" },
];

/** The credits of a basemap, to be shown wherever it is. */
export function basemapCredits({ kind, attribution }: BasemapOption): readonly Credit[] {
  if (kind === "builtin") return BUILT_IN;
  return attribution ? [attribution] : [];
}
