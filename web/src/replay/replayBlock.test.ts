import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { testBlock } from "../testing/replayBlocks";
import { ReplayBlock } from "./replayBlock";

const GOLDEN = resolve(import.meta.dirname, "../../../tests/golden");

interface Twin {
  readonly head: {
    readonly start: number;
    readonly devices: string[];
    readonly kinds: string[];
    readonly counts: number[];
  };
  readonly time: number[];
  readonly longitude: number[];
  readonly latitude: number[];
  readonly speed: number[];
  readonly course: number[];
}

function bytes(name: string): ArrayBuffer {
  return Uint8Array.from(readFileSync(resolve(GOLDEN, `${name}.bin`))).buffer;
}

function twin(name: string): Twin {
  return JSON.parse(readFileSync(resolve(GOLDEN, `${name}.json`), "utf8"));
}

const hundredths = (value: number | undefined) => (value === undefined ? 65_535 : Math.round(value * 100));

test.each(["replay-block", "replay-block-thinned"])("%s, as the server writes it, says what its twin says", (name) => {
  const block = new ReplayBlock(bytes(name));
  const { head, ...columns } = twin(name);
  expect(block.devices).toEqual(head.devices);
  expect(block.kinds).toEqual(head.kinds);
  expect(block.bytes).toBe(bytes(name).byteLength);
  const fixes = block.devices.map((_, row) => block.fixes(row));
  expect(fixes.map((one) => one.length)).toEqual(head.counts);
  const all = fixes.flat();
  expect(all.map(({ time }) => time - head.start)).toEqual(columns.time);
  expect(all.map(({ longitude }) => Math.round(longitude * 1e7))).toEqual(columns.longitude);
  expect(all.map(({ latitude }) => Math.round(latitude * 1e7))).toEqual(columns.latitude);
  expect(all.map(({ speed }) => hundredths(speed))).toEqual(columns.speed);
  expect(all.map(({ course }) => hundredths(course))).toEqual(columns.course);
});

test("at each time the newest position that is not after it is found, and the one that follows", () => {
  const block = new ReplayBlock(bytes("replay-block"));
  block.devices.forEach((deviceId, row) => {
    expect(block.row(deviceId)).toBe(row);
    const fixes = block.fixes(row);
    expect(block.first(row)).toEqual(fixes[0]);
    expect(block.last(row)).toEqual(fixes.at(-1));
    const times = fixes.flatMap(({ time }) => [time - 1, time, time + 1]);
    for (const time of times) {
      const { at, next } = block.around(row, time);
      expect(at).toEqual(fixes.findLast((fix) => fix.time <= time) ?? null);
      expect(next).toEqual(fixes.find((fix) => fix.time > time) ?? null);
    }
  });
});

test("what is not a block is refused with the reason, wherever it is cut off", () => {
  const whole = bytes("replay-block");
  for (let length = 0; length < whole.byteLength; length += 1) {
    expect(() => new ReplayBlock(whole.slice(0, length))).toThrow("cannot read");
  }
  const longer = new Uint8Array(whole.byteLength + 16);
  longer.set(new Uint8Array(whole));
  expect(() => new ReplayBlock(longer.buffer)).toThrow("its length does not fit");
});

test.each([
  ["not JSON", "{"],
  ["no object", "[]"],
  ["lacks something", JSON.stringify({ start: 0, devices: ["a"], kinds: [""], counts: [-1] })],
  ["fit together", JSON.stringify({ start: 0, devices: ["a"], kinds: [], counts: [0] })],
])("a head that is wrong (%s) is refused", (reason, head) => {
  const text = new TextEncoder().encode(head.padEnd(Math.ceil(head.length / 4) * 4));
  const block = new Uint8Array(4 + text.length);
  new DataView(block.buffer).setUint32(0, text.length, true);
  block.set(text, 4);
  expect(() => new ReplayBlock(block.buffer)).toThrow(reason);
});

test("it is peopled once half of its devices have reported", () => {
  const from = (time: number) => [time, time + 9].map((at) => ({ time: at, longitude: 0, latitude: 0 }));
  expect(testBlock(0, { a: from(5), b: from(90), c: from(40) }).peopled).toBe(40);
  expect(testBlock(0, { a: from(5), b: from(90) }).peopled).toBe(5);
  expect(testBlock(0, {}).peopled).toBeUndefined();
});
