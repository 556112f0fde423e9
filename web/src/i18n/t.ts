import i18next from "i18next";
import english from "./en.json";
import type turkish from "./tr.json";

/** The English text is its own key; en.json holds only what differs with a number. */
export type Text = keyof typeof turkish;

type NameIn<T> = T extends `${string}{{${infer Hole}}}${infer Rest}`
  ? (Hole extends `${infer Name},${string}` ? Name : Hole) | NameIn<Rest>
  : never;

/** A text without a hole to be filled, as tables of labels hold. */
export type Label = { [T in Text]: T extends `${string}{{${string}` ? never : T }[Text];

export const i18n = i18next.createInstance();
void i18n.init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: english } },
  initAsync: false,
  keySeparator: false,
  nsSeparator: false,
  // React escapes what it shows.
  interpolation: { escapeValue: false },
});

const HOLE = /\{\{(\w+)\}\}/g;
/** Texts of the chosen language, with their holes: i18next takes many times as long, and the page asks for hundreds a second. */
const templates = new Map<Text, string>();
i18n.on("languageChanged", () => templates.clear());

/** The text in the chosen language. A component that is not memoised is rendered again when that changes. */
export function t(text: Label): string;
export function t<T extends Text>(text: T, values: Readonly<Record<NameIn<T>, string | number>>): string;
export function t(text: Text, values?: Readonly<Record<string, string | number>>): string {
  // A number chooses the plural, and is written as the language writes it.
  if (values && Object.values(values).some((value) => typeof value === "number")) return i18n.t(text, { ...values });
  const template = templates.get(text) ?? i18n.t(text, { skipInterpolation: true });
  templates.set(text, template);
  return values ? template.replace(HOLE, (_, name: string) => String(values[name])) : template;
}
