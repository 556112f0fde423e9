import { getJson, type Schemas } from "./openApi";

/** The source of a part of the map that must be named on it. */
export type Credit = Schemas["Credit"];
/** As `GET /api/config` answers. */
export type Config = Schemas["Config"];
export type BasemapOption = Schemas["Basemap"];

export function fetchConfig(signal?: AbortSignal): Promise<Config> {
  return getJson("/api/config", { signal });
}
