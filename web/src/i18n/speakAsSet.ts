import { settings } from "../settings/settings";
import { languageOf, speak } from "./languages";

/** Speaks the language of the settings. When it cannot be loaded, the one before goes on: readable is enough. */
export async function speakAsSet(): Promise<void> {
  const { language } = settings.get();
  try {
    await speak(languageOf(language === "auto" ? navigator.languages : [language]));
  } catch (error) {
    console.error(`The language ${language} could not be loaded`, error);
  }
}
