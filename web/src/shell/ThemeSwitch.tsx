import { Moon, Sun, SunMoon } from "lucide-react";
import { nextChoice, type ThemeSetting } from "../hooks/useTheme";
import { t } from "../words/t";
import { IconButton } from "./IconButton";

const ICONS = { auto: SunMoon, dark: Moon, light: Sun } as const;

export function ThemeSwitch({ choice, choose }: ThemeSetting) {
  return (
    <IconButton
      className="theme-switch"
      name={t("Theme: {{choice}}. Change to {{next}}", { choice: t(choice), next: t(nextChoice(choice)) })}
      icon={ICONS[choice]}
      shortcut="d"
      title={t("Theme: {{choice}} (d)", { choice: t(choice) })}
      onClick={() => choose(nextChoice(choice))}
    />
  );
}
