import { useEffect, useSyncExternalStore } from "react";
import { useReadable } from "../../lib/useReadable";
import { CHOICES, type Settings, settings } from "../../settings/settings";
import type { Theme } from "../../settings/theme";

const LIGHT = "(prefers-color-scheme: light)";

function subscribe(listener: () => void): () => void {
  const query = matchMedia(LIGHT);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

function systemTheme(): Theme {
  return matchMedia(LIGHT).matches ? "light" : "dark";
}

export type ThemeChoice = Settings["theme"];

export interface ThemeSetting {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
  choose(choice: ThemeChoice): void;
}

export function useTheme(): ThemeSetting {
  const { theme: choice } = useReadable(settings);
  const system = useSyncExternalStore(subscribe, systemTheme);
  const theme = choice === "auto" ? system : choice;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return { choice, theme, choose: (next) => settings.change({ theme: next }) };
}

export function nextChoice(choice: ThemeChoice): ThemeChoice {
  const index = CHOICES.theme.indexOf(choice);
  return CHOICES.theme[(index + 1) % CHOICES.theme.length] ?? "auto";
}
