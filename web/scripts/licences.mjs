// Writes the licences of all that is in the built client beside it: most of them ask to go along with it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

const target = new URL("../../src/herenow/web/THIRD-PARTY.txt", import.meta.url);
const root = new URL("../", import.meta.url);
const { packages } = JSON.parse(readFileSync(new URL("package-lock.json", root), "utf8"));

function texts(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  return names.sort().map((name) => readFileSync(new URL(name, folder), "utf8").trim());
}

const parts = Object.entries(packages)
  .filter(([path, entry]) => path !== "" && !entry.dev && !entry.devOptional && !entry.optional)
  .map(([path, entry]) => {
    const title = `${path.replace(/^.*node_modules\//, "")} ${entry.version} (${entry.license ?? "see below"})`;
    return [title, ...texts(new URL(`${path}/`, root))].join("\n\n");
  });
if (parts.length === 0) throw new Error("expected packages in package-lock.json, found none");
writeFileSync(target, `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`);
