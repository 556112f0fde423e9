import { isFiltered, NO_FILTER } from "../filter/deviceFilter";
import { useDeviceFilter } from "../filter/useDeviceFilter";
import { useEngine } from "../hooks/useEngine";
import { useShortcuts } from "../hooks/useShortcuts";
import { nextChoice, type ThemeSetting } from "../hooks/useTheme";

interface ShellKeys {
  readonly theme: ThemeSetting;
  toggleLeft(): void;
  toggleRight(): void;
  help(): void;
}

/** The keys that belong to no single panel. */
export function useShellShortcuts({ theme, toggleLeft, toggleRight, help }: ShellKeys): void {
  const engine = useEngine();
  const { filter, setFilter } = useDeviceFilter();

  function backOut(): void {
    if (engine.following.get()) engine.follow(false);
    else if (engine.selection.get() !== null) engine.select(null);
    else if (isFiltered(filter)) setFilter(NO_FILTER);
  }
  function toggleFollow(): void {
    if (engine.selection.get() !== null) engine.follow(!engine.following.get());
  }
  useShortcuts({
    "0": () => engine.fitFleet(),
    f: toggleFollow,
    d: () => theme.choose(nextChoice(theme.choice)),
    "[": toggleLeft,
    "]": toggleRight,
    "?": help,
    Escape: backOut,
  });
}
