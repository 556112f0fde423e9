import { CircleQuestionMark, Settings } from "lucide-react";
import { t } from "../../i18n/t";
import { IconButton } from "../../ui/IconButton";
import { ConnectionBadge } from "../connection/ConnectionBadge";
import type { ThemeSetting } from "../state/useTheme";
import { CopyLink } from "./CopyLink";
import { Logo } from "./Logo";
import { SearchBox } from "./SearchBox";
import { StatsStrip } from "./StatsStrip";
import { ThemeSwitch } from "./ThemeSwitch";

interface TopBarProps {
  readonly theme: ThemeSetting;
  onSearch(): void;
  onPalette(): void;
  onSettings(): void;
  onHelp(): void;
}

export function TopBar({ theme, onSearch, onPalette, onSettings, onHelp }: TopBarProps) {
  return (
    <header className="top-bar">
      <h1 className="brand">
        <Logo />
        <span>Herenow</span>
      </h1>
      <SearchBox onBegin={onSearch} onPalette={onPalette} />
      <div className="top-bar-end">
        <ConnectionBadge />
        <StatsStrip />
        <CopyLink />
        <ThemeSwitch {...theme} />
        <IconButton name={t("Settings")} shortcut="s" icon={Settings} onClick={onSettings} />
        <IconButton name={t("Help and keyboard shortcuts")} shortcut="?" icon={CircleQuestionMark} onClick={onHelp} />
      </div>
    </header>
  );
}
