import { useEffect, useEffectEvent } from "react";
import { settings } from "../settings/settings";

/** Keyed by `KeyboardEvent.key`. */
export type Shortcuts = Readonly<Record<string, () => void>>;

const TYPING = `input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable=true]`;
const PRESSABLE = "button, a, summary, input[type=checkbox], input[type=radio]"; // by the space bar

function isMeantForPage(event: KeyboardEvent): boolean {
  if (!settings.get().shortcuts || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey)
    return false;
  if (document.querySelector("dialog[open]")) return false;
  const meant = event.key === " " ? `${TYPING}, ${PRESSABLE}` : TYPING;
  return !(event.target instanceof Element && event.target.matches(meant));
}

/** Single keys for the whole page; they stay silent while someone types or a dialog is open. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const action = Object.hasOwn(shortcuts, event.key) ? shortcuts[event.key] : undefined;
    if (action === undefined || !isMeantForPage(event)) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => press(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
}
