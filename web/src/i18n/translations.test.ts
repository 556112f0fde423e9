import { expect, test } from "vitest";
import english from "./en.json";
import { LANGUAGES, languageName, matchLanguage, setLanguage } from "./languages";
import { t } from "./t";
import turkish from "./tr.json";

const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.{ts,tsx}"], {
  eager: true,
  query: "?raw",
  import: "default",
});
const source = Object.values(sources).join("\n");
const translations = import.meta.glob<Record<string, string>>(["./*.json", "!./en.json"], {
  eager: true,
  import: "default",
});

/** Without the plural form that it ends with. */
function textOf(key: string): string {
  return key.replace(/_(zero|one|two|few|many|other)$/, "");
}

function holesOf(text: string): string[] {
  return [...text.matchAll(/{{(\w+)/g)].map(([, name]) => name ?? "").sort();
}

test("every displayed text has a Turkish translation", () => {
  const shown = [...source.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)].map(([, text]) => JSON.parse(text ?? ""));
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.filter((text) => !(text in turkish))).toEqual([]);
});

test("every translation is used", () => {
  expect(Object.keys(turkish).filter((text) => !source.includes(JSON.stringify(text)))).toEqual([]);
});

test.each(Object.entries(translations))("%s has the texts of tr.json, each with the same holes", (_, translation) => {
  expect(new Set(Object.keys(translation).map(textOf))).toEqual(new Set(Object.keys(turkish)));
  const torn = Object.entries(translation).filter(([key, words]) => `${holesOf(key)}` !== `${holesOf(words)}`);
  expect(torn).toEqual([]);
});

test("every English plural form is used somewhere", () => {
  expect(Object.keys(english).filter((key) => !(textOf(key) in turkish))).toEqual([]);
});

test("the language is the first of those wanted that there is, else English", () => {
  expect(LANGUAGES).toContain("tr");
  expect(matchLanguage(["xx-YY", "tr-TR", "en"])).toBe("tr");
  expect(matchLanguage(["xx"])).toBe("en");
  expect(languageName("tr")).toBe("Türkçe");
});

test("the number and its noun agree in both languages", async () => {
  expect(t("{{count, number}} devices", { count: 1 })).toBe("1 device");
  expect(t("{{count, number}} devices", { count: 1200 })).toBe("1,200 devices");
  await setLanguage("tr");
  expect(document.documentElement.lang).toBe("tr");
  expect(t("{{count, number}} devices", { count: 1 })).toBe("1 cihaz");
  expect(t("{{count, number}} devices", { count: 1200 })).toBe("1.200 cihaz");
  await setLanguage("en");
  expect(t("No devices yet")).toBe("No devices yet");
});

test("what fills a hole stays as it is, and a text follows the language", async () => {
  const search = "$& $t(now) {{search}}";
  expect(t("matching “{{search}}”", { search })).toBe(`matching “${search}”`);
  await setLanguage("tr");
  expect(t("now")).toBe(turkish.now);
  expect(t("{{age}} s ago", { age: "12" })).toBe(turkish["{{age}} s ago"].replace("{{age}}", "12"));
  await setLanguage("en");
  expect(t("{{age}} s ago", { age: "12" })).toBe("12 s ago");
});
