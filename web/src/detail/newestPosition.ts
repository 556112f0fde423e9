import type { Device } from "../api/devices";
import { decodeDevice } from "../live/messageDecoder";
import type { LivePosition } from "../live/position";

/** What the map has, unless it is another device's or older than what the server stores. */
export function newestPosition(
  deviceId: string,
  live: LivePosition | null,
  device: Device | undefined,
): LivePosition | null {
  const known = live?.device_id === deviceId ? live : null;
  const stored = decodeDevice(device);
  return stored === null || (known !== null && known.timestamp >= stored.timestamp) ? known : stored;
}
