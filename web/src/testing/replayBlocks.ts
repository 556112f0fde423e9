import { ReplayBlock } from "../replay/replayBlock";

export interface TestFix {
  readonly time: number;
  readonly longitude: number;
  readonly latitude: number;
  readonly speed?: number;
  readonly course?: number;
}

/** A block as the server writes it, of devices by their ids. */
export function blockBytes(start: number, devices: Readonly<Record<string, readonly TestFix[]>>): ArrayBuffer {
  const names = Object.keys(devices).sort();
  const fixes = names.flatMap((name) => devices[name] ?? []);
  const counts = names.map((name) => devices[name]?.length ?? 0);
  const header = JSON.stringify({ start, step: 0, devices: names, kinds: names.map(() => "car"), counts });
  const head = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 4) * 4));
  const bytes = new Uint8Array(4 + head.length + 16 * fixes.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head.length, true);
  bytes.set(head, 4);
  const [end, count] = [4 + head.length, fixes.length];
  fixes.forEach(({ time, longitude, latitude, speed, course }, i) => {
    view.setUint32(end + 4 * i, time - start, true);
    view.setInt32(end + 4 * (count + i), Math.round(longitude * 1e7), true);
    view.setInt32(end + 4 * (2 * count + i), Math.round(latitude * 1e7), true);
    view.setUint16(end + 12 * count + 2 * i, speed === undefined ? 65_535 : Math.round(speed * 100), true);
    view.setUint16(end + 14 * count + 2 * i, course === undefined ? 65_535 : Math.round(course * 100), true);
  });
  return bytes.buffer;
}

export function testBlock(start: number, devices: Readonly<Record<string, readonly TestFix[]>>): ReplayBlock {
  return new ReplayBlock(blockBytes(start, devices));
}
