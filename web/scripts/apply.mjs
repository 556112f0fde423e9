// What does it cost the page to decode positions and to apply them to its store?
//
//     node web/scripts/apply.mjs [checkout ...]
//
// Frames of 500 positions of 10,000 devices, one after the other, in a process of its own for each checkout (this one
// alone by default), in turns. Figures are ms for 10,000 positions: the fifth part of the frames that was fastest took
// no longer, so that other work on the machine counts little. "early" is before all code is compiled.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "vite";

const DEVICES = 10_000;
const PER_FRAME = 500;
const PER_BLOCK = 40;
const SECONDS = 25;
const ROUNDS = 4;
const BEGIN = Date.UTC(2026, 0, 1);
const PARTS = ["live/messageDecoder", "live/binaryDecoder", "fleet/deviceStore", "fleet/fleetIntake"];
const [SNAPSHOT, UPDATE] = [1, 2];
const STALE_AT = 8; // flag

const aligned = (at, to) => Math.ceil(at / to) * to;

function names(number) {
  const texts = [`vehicle-${number}`, `Bus ${number}`, number % 3 ? "bus" : "car"];
  const bytes = texts.map((text) => new TextEncoder().encode(text));
  const part = new Uint8Array(aligned(12 + bytes.reduce((sum, { length }) => sum + length, 0), 4));
  const view = new DataView(part.buffer);
  view.setUint32(0, number, true);
  let at = 12;
  bytes.forEach((text, i) => {
    view.setUint16(4 + 2 * i, text.length, true);
    part.set(text, at);
    at += text.length;
  });
  return part;
}

function block(numbers, time, named) {
  const of = numbers.map((number) => {
    const [east, north] = [((number % 7) - 3) * 1e-4, ((number % 5) - 2) * 1e-4];
    const longitude = 25 + (number % 100) / 500 + (time / 1000) * east;
    const latitude = 60 + number / 50_000 + (time / 1000) * north;
    return { number, place: [longitude, latitude].map((degrees) => Math.round(degrees * 1e7)) };
  });
  const columns = [
    new Float64Array(of.map(() => BEGIN + time)),
    new Uint32Array(numbers),
    new Int32Array(of.map(({ place }) => place[0])),
    new Int32Array(of.map(({ place }) => place[1])),
    new Uint32Array(of.map(() => (BEGIN + time) / 1000 + 300)),
    new Uint16Array(of.map(() => 1200)),
    new Uint16Array(of.map(({ number }) => (number * 37 + time / 10) % 36_000)),
    new Uint8Array(of.map(({ number }) => number % 3)),
  ].map(({ buffer }) => new Uint8Array(buffer));
  const [body, devices] = [Buffer.concat(columns), Buffer.concat(named ? numbers.map(names) : [])];
  const bytes = new Uint8Array(aligned(aligned(16 + body.length, 8) + devices.length, 8));
  const head = [bytes.length, numbers.length, named ? numbers.length : 0, STALE_AT];
  bytes.set(new Uint8Array(new Uint32Array(head).buffer));
  bytes.set(body, 16);
  bytes.set(devices, aligned(16 + body.length, 8));
  return bytes;
}

function frame(type, numbers, time) {
  const blocks = [];
  for (let at = 0; at < numbers.length; at += PER_BLOCK) {
    blocks.push(block(numbers.slice(at, at + PER_BLOCK), time, type === SNAPSHOT));
  }
  const head = new DataView(new ArrayBuffer(32));
  head.setUint8(0, type);
  head.setFloat64(8, time, true);
  head.setFloat64(16, BEGIN + time, true);
  return Uint8Array.from(Buffer.concat([new Uint8Array(head.buffer), ...blocks])).buffer;
}

function fastest(times) {
  return (times.toSorted((a, b) => a - b)[Math.floor(times.length / 5)] ?? 0) * (DEVICES / PER_FRAME);
}

async function measure(bundle) {
  const { decodeMessage, DeviceNumbers, DeviceStore, FleetIntake } = await import(bundle);
  const store = new DeviceStore();
  const intake = new FleetIntake({ store, onPosition: () => {}, onPositions: () => {} });
  const known = new DeviceNumbers();
  const apply = (bytes) => {
    const began = performance.now();
    intake.onMessage(decodeMessage(bytes, known));
    return performance.now() - began;
  };
  const all = Array.from({ length: DEVICES }, (_, i) => i);
  apply(frame(SNAPSHOT, all, 0));
  const times = [];
  for (let second = 1; second <= SECONDS; second += 1) {
    for (let at = 0; at < DEVICES; at += PER_FRAME) {
      times.push(apply(frame(UPDATE, all.slice(at, at + PER_FRAME), second * 1000)));
    }
  }
  const early = fastest(times.slice(0, times.length / 5));
  return `early ${early.toFixed(1)} ms, later ${fastest(times.slice(times.length / 2)).toFixed(1)} ms`;
}

async function bundled(checkout, folder, name) {
  const entry = join(folder, `${name}.ts`);
  const source = PARTS.map((part) => `export * from ${JSON.stringify(join(resolve(checkout), "web/src", part))};\n`);
  writeFileSync(entry, source.join(""));
  const output = { entryFileNames: "[name].mjs" };
  const options = { ssr: entry, outDir: join(folder, name), rolldownOptions: { output } };
  await build({ configFile: false, logLevel: "error", build: options });
  return pathToFileURL(join(folder, name, `${name}.mjs`)).href;
}

async function main(checkouts) {
  const folder = mkdtempSync(join(tmpdir(), "herenow-apply-"));
  try {
    const bundles = await Promise.all(checkouts.map((one, i) => bundled(one, folder, `build${i}`)));
    for (let round = 0; round < ROUNDS; round += 1) {
      bundles.forEach((bundle, i) => {
        const found = execFileSync(process.execPath, [import.meta.filename, "--measure", bundle], { encoding: "utf8" });
        console.log(`${checkouts[i]}: ${found.trim()}`);
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [first, ...others] = process.argv.slice(2);
if (first === "--measure") console.log(await measure(others[0]));
else await main(first ? [first, ...others] : [resolve(import.meta.dirname, "../..")]);
