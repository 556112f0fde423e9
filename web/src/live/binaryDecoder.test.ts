import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { DeviceNumbers } from "./binaryDecoder";
import type { Message } from "./message";
import { decodeMessage } from "./messageDecoder";
import type { LivePosition } from "./position";

const GOLDEN = resolve(import.meta.dirname, "../../../tests/golden");
const ORDER: string[] = JSON.parse(readFileSync(resolve(GOLDEN, "order.json"), "utf8"));
const EPOCH = "9f2c00ffab120077";
const FASTEST = 655.34; // m/s, of those the wire can tell

let names: DeviceNumbers;

beforeEach(() => {
  names = new DeviceNumbers();
});

function frame(sample: string): ArrayBuffer {
  return Uint8Array.from(readFileSync(resolve(GOLDEN, `${sample}.bin`))).buffer;
}

function twin(sample: string): Message | null {
  return decodeMessage(readFileSync(resolve(GOLDEN, `${sample}.json`), "utf8"), names);
}

function positions(message: Message | null): LivePosition[] {
  if (message?.type !== "snapshot" && message?.type !== "update") throw new Error(`got ${message?.type}`);
  return message.positions.all();
}

/** What the wire makes of it. */
function rounded(position: LivePosition): LivePosition {
  const { speed, altitude, accuracy, battery, stale_at } = position;
  return {
    ...position,
    ...(speed !== undefined && { speed: Math.min(speed, FASTEST) }),
    ...(altitude !== undefined && { altitude: Math.fround(altitude) }),
    ...(accuracy !== undefined && { accuracy: Math.fround(accuracy) }),
    ...(battery !== undefined && { battery: Math.fround(battery) }),
    ...(stale_at !== undefined && { stale_at: Math.ceil(stale_at / 1000) * 1000 }),
  };
}

/** The same numbers below a limit on each run. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
}

function changed(sample: string, change: (view: DataView<ArrayBuffer>) => void): ArrayBuffer {
  const view = new DataView(frame(sample));
  change(view);
  return view.buffer;
}

test("golden frames, in their order, decode to the same as their JSON twins", () => {
  expect(ORDER.length).toBeGreaterThan(5);
  for (const sample of ORDER) {
    const expected = twin(sample);
    const message = decodeMessage(frame(sample), names);
    expect({ ...message, positions: positions(message) }).toEqual({
      ...expected,
      positions: positions(expected).map(rounded),
    });
  }
});

test("a frame with a column that is not known is refused: nobody knows where the next one begins", () => {
  const unknown = changed("snapshot", (view) => view.setUint8(32 + 12, 128));
  expect(decodeMessage(unknown, names)).toBeNull();
});

test("a first U+FEFF is part of a name", () => {
  const marked = changed("snapshot", (view) => new Uint8Array(view.buffer).set([0xef, 0xbb, 0xbf], 0x74));
  expect(positions(decodeMessage(marked, names))[0]?.device_id).toBe("\u{feff}-2007");
});

describe("names", () => {
  test("are those of one epoch: in another a number stands for another device", () => {
    decodeMessage(frame("snapshot"), names);
    const other = changed("update", (view) => view.setUint8(24, 1));
    expect(positions(decodeMessage(other, names))).toEqual([]);
    for (let i = 0; i < 2; i += 1) expect(positions(decodeMessage(frame("update"), names))).toEqual([]);
  });

  test("are forgotten with a snapshot, because it names all its devices", () => {
    decodeMessage(frame("snapshot"), names);
    expect(names.forEpoch(EPOCH).size).toBe(4);
    const unnamed = changed("update", (view) => view.setUint8(0, 1));
    expect(positions(decodeMessage(unnamed, names))).toEqual([]);
    expect(names.forEpoch(EPOCH).size).toBe(0);
  });

  test("change with a later frame", () => {
    decodeMessage(frame("snapshot"), names);
    const renamed = changed("snapshot", (view) => {
      view.setUint8(0, 2);
      view.setUint8(0x7c, "b".charCodeAt(0));
    });
    expect(positions(decodeMessage(renamed, names))[0]?.name).toBe("bus 2007");
    expect(positions(decodeMessage(frame("update"), names))[0]?.name).toBe("bus 2007");
  });
});

describe("garbage", () => {
  const block = 0x20;
  const numberOfNames = block + 8;
  test.each<[string, (view: DataView) => void]>([
    ["of an unknown kind", (view) => view.setUint8(0, 3)],
    ["with a seq that is no number", (view) => view.setFloat64(8, Number.NaN, true)],
    ["with an endless time", (view) => view.setFloat64(16, Number.POSITIVE_INFINITY, true)],
    ["with a block that is longer than the frame", (view) => view.setUint32(block, 0x1000, true)],
    ["with a block that ends before its head does", (view) => view.setUint32(block, 8, true)],
    ["with a block of no length", (view) => view.setUint32(block, 0, true)],
    ["with a block that ends between two words", (view) => view.setUint32(block, 0x7c, true)],
    ["with more positions than fit", (view) => view.setUint32(block + 4, 0xffffffff, true)],
    ["with fewer positions than there are", (view) => view.setUint32(block + 4, 0, true)],
    ["with more names than fit", (view) => view.setUint32(numberOfNames, 0xffffffff, true)],
    ["with fewer names than there are", (view) => view.setUint32(numberOfNames, 0, true)],
    ["with columns nobody knows", (view) => view.setUint8(block + 12, 8)],
    ["with a name that is longer than the block", (view) => view.setUint16(0x6e, 0xffff, true)],
    ["with a device without an id", (view) => view.setUint32(0x6c, 0x10_0000, true)],
    ["with a name that is not UTF-8", (view) => view.setUint8(0x74, 0xff)],
  ])("%s is not understood, and changes no names", (_, change) => {
    decodeMessage(frame("snapshot"), names);
    const before = new Map(names.forEpoch(EPOCH));
    expect(decodeMessage(changed("snapshot", change), names)).toBeNull();
    expect(names.forEpoch(EPOCH)).toEqual(before);
  });

  test.each<[string, (view: DataView) => void]>([
    ["no time", (view) => view.setFloat64(0x30, Number.NaN, true)],
    ["a longitude that is nowhere", (view) => view.setInt32(0x48, 1_800_000_001, true)],
    ["a latitude that is nowhere", (view) => view.setInt32(0x50, -900_000_001, true)],
    ["a status that is none", (view) => view.setUint8(0x60, 3)],
  ])("that is a position with %s is counted, and the others are kept", (_, change) => {
    const message = decodeMessage(changed("snapshot", change), names);
    expect(message).toMatchObject({ garbled: 1 });
    expect(positions(message).map((position) => position.device_id)).toEqual(["quiet", "телефон-📱", "fast"]);
  });

  test("that is an altitude without end is an altitude that is not known", () => {
    const message = decodeMessage(
      changed("snapshot", (view) => view.setFloat32(0xd8, Number.POSITIVE_INFINITY, true)),
      names,
    );
    expect(message).toMatchObject({ garbled: 0 });
    expect(positions(message)[2]).not.toHaveProperty("altitude");
  });

  test("by cutting a frame anywhere but between its blocks is not understood, and changes no names", () => {
    decodeMessage(frame("snapshot"), names);
    const before = new Map(names.forEpoch(EPOCH));
    const whole = frame("twice-in-one-frame");
    const betweenBlocks = [0x20, 0x80];
    for (let length = 0; length < whole.byteLength; length += 1) {
      if (betweenBlocks.includes(length)) continue;
      expect(decodeMessage(whole.slice(0, length), names)).toBeNull();
      expect(names.forEpoch(EPOCH)).toEqual(before);
    }
  });

  test("by changing any bytes throws nothing, and changes names only where it is understood", () => {
    for (let seed = 1; seed <= 3000; seed += 1) {
      names = new DeviceNumbers();
      decodeMessage(frame("snapshot"), names);
      const before = new Map(names.forEpoch(EPOCH));
      const message = decodeMessage(damaged(numbers(seed)), names);
      if (!message) expect(names.forEpoch(EPOCH)).toEqual(before);
      else for (const position of positions(message)) expectSound(position);
    }
  });

  function damaged(next: (limit: number) => number): ArrayBuffer {
    const bytes = new Uint8Array(frame(ORDER[next(ORDER.length)] ?? "snapshot"));
    for (let i = next(6); i >= 0; i -= 1) bytes[next(bytes.length)] = next(256);
    return next(3) === 0 ? bytes.buffer.slice(0, next(bytes.length)) : bytes.buffer;
  }

  function expectSound(position: LivePosition): void {
    const { device_id, timestamp, latitude, longitude, status, ...measures } = position;
    expect(device_id).not.toBe("");
    expect(Number.isFinite(timestamp)).toBe(true);
    expect(Math.abs(latitude)).toBeLessThanOrEqual(90);
    expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
    expect(["moving", "idle", "stopped"]).toContain(status);
    expect(Object.values(measures)).not.toContain(undefined);
  }
});
