import { Moon, Sun, SunMoon } from "lucide-react";
import { nextChoice, type ThemeSetting } from "../hooks/useTheme";
import { t } from "../words/t";

const ICONS = { auto: SunMoon, dark: Moon, light: Sun } as const;

export function ThemeSwitch({ choice, choose }: ThemeSetting) {
  const Icon = ICONS[choice];
  return (
    <button
      type="button"
      className="icon-button theme-switch"
      aria-label={t("Theme: {{choice}}. Change to {{next}}", { choice: t(choice), next: t(nextChoice(choice)) })}
      aria-keyshortcuts="d"
      title={t("Theme: {{choice}} (d)", { choice: t(choice) })}
      onClick={() => choose(nextChoice(choice))}
    >
      <Icon aria-hidden />
    </button>
  );
}
