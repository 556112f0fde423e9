import type { BasemapOption, Credit } from "../../api/config";

/** What the built-in basemap is made of. */
const BUILT_IN: readonly Credit[] = [
  { text: "Natural Earth", url: "https://www.naturalearthdata.com/" },
  { text: "GeoNames (CC BY 4.0)", url: "https://www.geonames.org/" },
];

/** To whom a basemap is owed, to be said wherever it is shown. */
export function basemapCredits({ kind, attribution }: BasemapOption): readonly Credit[] {
  if (kind === "builtin") return BUILT_IN;
  return attribution ? [attribution] : [];
}
