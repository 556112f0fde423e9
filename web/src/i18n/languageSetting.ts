import { settings } from "../settings/settings";
import { matchLanguage, setLanguage } from "./languages";

/** Applies the language of the settings. When it cannot be loaded, the present language stays. */
export async function applyLanguageSetting(): Promise<void> {
  const { language } = settings.get();
  try {
    await setLanguage(matchLanguage(language === "auto" ? navigator.languages : [language]));
  } catch (error) {
    console.error(`The language ${language} could not be loaded`, error);
  }
}
