import type { Config } from "../engine/types";
import { ask } from "./ask";

export function fetchConfig(signal?: AbortSignal): Promise<Config> {
  return ask("/api/config", { signal });
}
