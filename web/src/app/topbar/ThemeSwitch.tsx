import { Moon, Sun, SunMoon } from "lucide-react";
import { t } from "../../i18n/t";
import { IconButton } from "../../ui/IconButton";
import { nextChoice, type ThemeSetting } from "../state/useTheme";

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
