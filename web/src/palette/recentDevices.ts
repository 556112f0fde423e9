import { readStorage, writeStorage } from "../lib/browserStorage";

const STORED = "herenow.recent";
const MOST = 5;

export interface RecentDevice {
  readonly device_id: string;
  readonly name: string;
}

/** The devices that were selected last, the newest first. */
export function recentDevices(): readonly RecentDevice[] {
  try {
    const kept: unknown = JSON.parse(readStorage(STORED) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isRecent).slice(0, MOST) : [];
  } catch {
    // What is no JSON was not kept by this page.
    return [];
  }
}

export function rememberDevice(device: RecentDevice): void {
  const others = recentDevices().filter(({ device_id }) => device_id !== device.device_id);
  writeStorage(STORED, JSON.stringify([device, ...others].slice(0, MOST)));
}

function isRecent(value: unknown): value is RecentDevice {
  if (typeof value !== "object" || value === null) return false;
  return (
    "device_id" in value && typeof value.device_id === "string" && "name" in value && typeof value.name === "string"
  );
}
