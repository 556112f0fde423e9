import type { Status } from "../engine/types";
import { request } from "./request";

export type Attribute = string | number | boolean | null;

/** A stored position, as docs/protocol.md has it. */
export interface Position {
  readonly device_id: string;
  readonly time: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude?: number;
  readonly speed?: number;
  readonly course?: number;
  readonly accuracy?: number;
  readonly battery?: number;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly received?: number;
  readonly source?: string;
}

export interface Device {
  readonly device_id: string;
  readonly name?: string;
  readonly kind?: string;
  readonly status: Status;
  /** As reported, else of the last leg, as on the map. */
  readonly speed?: number;
  readonly course?: number;
  /** Metres since midnight UTC. */
  readonly distance: number;
  readonly position: Position;
}

export interface DevicePage {
  readonly devices: readonly Device[];
  readonly next: string | null;
  readonly total: number;
}

export interface DeviceQuery {
  readonly search: string;
  readonly status: Status | null;
  readonly kind: string | null;
  readonly cursor: string | null;
  readonly limit: number;
}

export function fetchDevices(query: DeviceQuery, signal?: AbortSignal): Promise<DevicePage> {
  return request<DevicePage>("api/devices", { ...query }, signal);
}

export function fetchDevice(deviceId: string, signal?: AbortSignal): Promise<Device> {
  return request<Device>(`api/devices/${encodeURIComponent(deviceId)}`, {}, signal);
}
