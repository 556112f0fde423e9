import type { Config } from "../engine/types";
import { request } from "./request";

export function fetchConfig(signal?: AbortSignal): Promise<Config> {
  return request<Config>("api/config", {}, signal);
}
