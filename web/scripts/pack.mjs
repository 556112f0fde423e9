// Lays .br and .gz beside each built file that gets smaller, so that the server packs nothing while it answers.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const built = new URL("../../src/herenow/web/", import.meta.url);
const SMALLEST = 512; // bytes
const TEXT = /\.(js|css|html|svg|txt|json)$/;

const names = readdirSync(built, { recursive: true }).filter((name) => TEXT.test(name));
for (const name of names) {
  const whole = readFileSync(new URL(name, built));
  if (whole.length < SMALLEST) continue;
  const quality = { [constants.BROTLI_PARAM_SIZE_HINT]: whole.length };
  writeFileSync(new URL(`${name}.br`, built), brotliCompressSync(whole, { params: quality }));
  writeFileSync(new URL(`${name}.gz`, built), gzipSync(whole, { level: 9 }));
}
