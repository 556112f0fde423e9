import { ask, type Schemas } from "./ask";

export type Device = Schemas["Device"];
export type DevicePage = Schemas["Devices"];

export interface DeviceQuery {
  readonly search: string;
  readonly status: Device["status"] | null;
  readonly kind: string | null;
  readonly cursor: string | null;
  readonly limit: number;
}

export function fetchDevices(query: DeviceQuery, signal?: AbortSignal): Promise<DevicePage> {
  return ask("/api/devices", { query, signal });
}

export function fetchDevice(deviceId: string, signal?: AbortSignal): Promise<Device> {
  return ask("/api/devices/{device_id}", { path: { device_id: deviceId }, signal });
}
