import { getJson, type Schemas } from "./openApi";
import type { paths } from "./schema";

export type Device = Schemas["Device"];
export type DevicePage = Schemas["Devices"];
/** The parameters of a search that can be left out one by one. */
export type Condition = Exclude<keyof NonNullable<DevicePage["without"]>, "device">;

export type DeviceQuery = NonNullable<paths["/api/devices"]["get"]["parameters"]["query"]>;

export function fetchDevices(query: DeviceQuery, signal?: AbortSignal): Promise<DevicePage> {
  return getJson("/api/devices", { query, signal });
}

export function fetchDevice(deviceId: string, signal?: AbortSignal): Promise<Device> {
  return getJson("/api/devices/{device_id}", { path: { device_id: deviceId }, signal });
}
