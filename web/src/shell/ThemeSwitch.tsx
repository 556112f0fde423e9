import { Moon, Sun, SunMoon } from "lucide-react";
import { nextChoice, type ThemeSetting } from "../hooks/useTheme";

const ICONS = { auto: SunMoon, dark: Moon, light: Sun } as const;

export function ThemeSwitch({ choice, choose }: ThemeSetting) {
  const Icon = ICONS[choice];
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Theme: ${choice}. Change to ${nextChoice(choice)}`}
      aria-keyshortcuts="d"
      title={`Theme: ${choice} (d)`}
      onClick={() => choose(nextChoice(choice))}
    >
      <Icon aria-hidden />
    </button>
  );
}
