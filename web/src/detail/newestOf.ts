import type { Device } from "../api/devices";
import { readDevice } from "../live/messageDecoder";
import type { LivePosition } from "../live/position";

/** What the map has, unless it is another device's or older than what the server stores. */
export function newestOf(deviceId: string, live: LivePosition | null, device: Device | undefined): LivePosition | null {
  const known = live?.device_id === deviceId ? live : null;
  const stored = readDevice(device);
  return stored === null || (known !== null && known.timestamp >= stored.timestamp) ? known : stored;
}
