import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

/** Folders of `src`, lowest first. A file imports from its own folder and from lower levels only. */
const LEVELS: readonly (readonly string[])[] = [
  ["lib"],
  ["settings"],
  ["i18n"],
  ["api"],
  ["format"],
  ["live"],
  ["fleet"],
  ["replay"],
  ["map/view"],
  ["map/basemap", "map/history", "map/markers", "map/measure", "map/track"],
  ["map"],
  ["engine", "keyboard"],
  ["ui"],
  ["charts"],
  ["devices"],
  ["detail", "overview", "layers"],
  ["timebar/replay"],
  ["timebar"],
  ["palette", "address"],
  ["app/state"],
  ["app/connection"],
  ["app/dialogs", "app/sides", "app/stage", "app/topbar"],
  ["app"],
];

const LEVEL_OF = new Map(LEVELS.flatMap((folders, level) => folders.map((folder) => [folder, level] as const)));
const ENTRY_POINTS = ["main.tsx", "docs.ts"];
const MOST_FILES = 20; // of a folder, tests not counted

const texts = import.meta.glob<string>(
  ["../**/*.{ts,tsx}", "!../**/*.test.{ts,tsx}", "!../**/*.d.ts", "!../testing/**"],
  { eager: true, query: "?raw", import: "default" },
);
const sources = new Map(
  Object.entries(texts).map(([path, text]) => [relative("/src", join("/src/app", path)), text] as const),
);
const imports = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)] as const));

/** The files of `src` that a file imports. */
function importsOf(file: string, text: string): string[] {
  const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(
    ([, specifier]) => specifier ?? "",
  );
  const paths = specifiers.map((specifier) => join(dirname(file), specifier));
  return paths.flatMap((path) => [path, `${path}.ts`, `${path}.tsx`].filter((candidate) => sources.has(candidate)));
}

function levelOf(file: string): number {
  return LEVEL_OF.get(dirname(file)) ?? Number.NaN;
}

test("every folder has a level", () => {
  const folders = new Set([...sources.keys()].filter((file) => !ENTRY_POINTS.includes(file)).map(dirname));
  expect([...folders].sort()).toEqual([...LEVEL_OF.keys()].sort());
});

test("imports between folders lead to a lower level", () => {
  const edges = [...imports].flatMap(([file, targets]) => targets.map((target) => [file, target] as const));
  const between = edges.filter(([file, target]) => dirname(file) !== dirname(target) && !ENTRY_POINTS.includes(file));
  expect(between.length).toBeGreaterThan(100);
  const upward = between.filter(([file, target]) => !(levelOf(target) < levelOf(file)));
  expect(upward.map(([file, target]) => `${file} imports ${target}`)).toEqual([]);
});

test("no files import each other in a circle", () => {
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) cycles.push([...path.slice(start), file].join(" → "));
    if (start >= 0 || finished.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

test("a folder stays small enough to be read at a glance", () => {
  const sizes = [...LEVEL_OF.keys()].map((folder) => {
    const files = [...sources.keys()].filter((file) => dirname(file) === folder);
    return { folder, files: files.length };
  });
  expect(sizes.filter(({ files }) => files > MOST_FILES)).toEqual([]);
});
