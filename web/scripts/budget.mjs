// How much of the built client a visitor loads, gzipped: at first, and at most. More than there is room for fails.
import { existsSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const built = new URL("../../src/herenow/web/", import.meta.url);
const INITIAL = 380; // KB of JavaScript before anything is drawn
const WHOLE = 750; // KB of all that the page may ever load, the page at /docs not among it
const CHUNK = /[\w.-]+\.(?:js|css)\b/g;

const read = (name) => readFileSync(new URL(name, built));
const kilobytes = (names) => names.reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0) / 1000;

/** The chunks that a built file names, and those that they name. */
function reached(name, found = new Set()) {
  for (const mention of String(read(name)).match(CHUNK) ?? []) {
    const chunk = `assets/${mention}`;
    if (found.has(chunk) || !existsSync(new URL(chunk, built))) continue;
    found.add(chunk);
    if (chunk.endsWith(".js")) reached(chunk, found);
  }
  return found;
}

const page = String(read("index.html"));
const all = [...reached("index.html")];
// Vite names beside the entry whatever that imports at once.
const initial = all.filter((name) => name.endsWith(".js") && page.includes(name));
if (initial.length === 0) throw new Error("expected scripts in index.html, found none");

const rows = [
  ["JavaScript at first", kilobytes(initial), INITIAL],
  ["JavaScript and styles at most", kilobytes(all), WHOLE],
];
for (const [what, size, room] of rows) console.log(`${what}: ${size.toFixed(1)} of ${room} KB gzipped`);
if (rows.some(([, size, room]) => size > room)) {
  console.error("The client has outgrown its budget: load less at first, or leave something out.");
  process.exit(1);
}
