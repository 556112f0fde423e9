import { CircleQuestionMark, Settings } from "lucide-react";
import type { ThemeSetting } from "../hooks/useTheme";
import { t } from "../words/t";
import { ConnectionBadge } from "./ConnectionBadge";
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
        <button
          type="button"
          className="icon-button"
          aria-label={t("Settings")}
          title={`${t("Settings")} (s)`}
          aria-keyshortcuts="s"
          onClick={onSettings}
        >
          <Settings aria-hidden />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t("Help and keyboard shortcuts")}
          aria-keyshortcuts="?"
          title={t("Help (?)")}
          onClick={onHelp}
        >
          <CircleQuestionMark aria-hidden />
        </button>
      </div>
    </header>
  );
}
