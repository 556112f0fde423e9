import type { Readable } from "../lib/readable";
import { i18n } from "./t";

interface Translation {
  readonly default: Readonly<Record<string, string>>;
}

/** A language is a file here, of the texts of tr.json; each is loaded when it is chosen. */
const files = import.meta.glob<Translation>(["./*.json", "!./en.json"]);

const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

/** The codes of all languages, English first. */
export const LANGUAGES: readonly string[] = ["en", ...Object.keys(files).map((path) => path.slice(2, -5))];

/** The first language with a file, of codes like `tr-TR`; English when there is none. */
export function matchLanguage(wanted: readonly string[]): string {
  const codes = wanted.map((code) => code.toLowerCase().split("-")[0] ?? "");
  return codes.find((code) => LANGUAGES.includes(code)) ?? "en";
}

/** The name of the language in itself, as `Türkçe`. */
export function languageName(language: string): string {
  return new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
}

/** Loads the language and switches to it. Rejects, and changes nothing, when its file cannot be loaded. */
export async function setLanguage(language: string): Promise<void> {
  const load = files[`./${language}.json`];
  if (load) i18n.addResourceBundle(language, "translation", (await load()).default);
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** The code of the current language. */
export const currentLanguage: Readable<string> = {
  get: () => i18n.language,
  subscribe(listener) {
    i18n.on("languageChanged", listener);
    return () => i18n.off("languageChanged", listener);
  },
};
