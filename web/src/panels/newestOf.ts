import type { Device } from "../api/devices";
import type { LivePosition } from "../engine/types";

/** What the map has, unless it is another device's or older than what the server stores. */
export function newestOf(deviceId: string, live: LivePosition | null, device: Device | undefined): LivePosition | null {
  const known = live?.device_id === deviceId ? live : null;
  if (device === undefined) return known;
  if (known !== null && known.timestamp >= device.position.time) return known;
  const { time, attributes: _attributes, received: _received, source: _source, ...position } = device.position;
  return {
    ...position,
    timestamp: time,
    status: device.status,
    ...(device.speed === undefined ? {} : { speed: device.speed }),
    ...(device.course === undefined ? {} : { course: device.course }),
    ...(device.name === undefined ? {} : { name: device.name }),
    ...(device.kind === undefined ? {} : { kind: device.kind }),
  };
}
