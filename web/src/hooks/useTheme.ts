import { useEffect, useState, useSyncExternalStore } from "react";
import type { Theme } from "../engine/types";
import { readStored, store } from "./stored";

const THEME_CHOICES = ["auto", "dark", "light"] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

const STORED = "herenow.theme";
const LIGHT = "(prefers-color-scheme: light)";

function storedChoice(): ThemeChoice {
  const stored = readStored(STORED);
  return THEME_CHOICES.find((choice) => choice === stored) ?? "auto";
}

function subscribe(listener: () => void): () => void {
  const query = matchMedia(LIGHT);
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}

function systemTheme(): Theme {
  return matchMedia(LIGHT).matches ? "light" : "dark";
}

export interface ThemeSetting {
  readonly choice: ThemeChoice;
  readonly theme: Theme;
  choose(choice: ThemeChoice): void;
}

export function useTheme(): ThemeSetting {
  const [choice, setChoice] = useState(storedChoice);
  const system = useSyncExternalStore(subscribe, systemTheme);
  const theme = choice === "auto" ? system : choice;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  function choose(next: ThemeChoice): void {
    store(STORED, next);
    setChoice(next);
  }
  return { choice, theme, choose };
}

export function nextChoice(choice: ThemeChoice): ThemeChoice {
  const index = THEME_CHOICES.indexOf(choice);
  return THEME_CHOICES[(index + 1) % THEME_CHOICES.length] ?? "auto";
}
