import { useEffect, useRef } from "react";
import { settings } from "../settings/settings";
import { addKeyListener } from "./keyListeners";
import type { Key } from "./keyTable";

/** Keyed by `KeyboardEvent.key`. */
export type Shortcuts = Readonly<Partial<Record<Key, () => void>>>;

const TYPING = `input:not([type=checkbox], [type=radio], [type=range]), textarea, select, [contenteditable=true]`;
const PRESSABLE = "button, a, summary, input[type=checkbox], input[type=radio]"; // by the space bar

function isMeantForPage(event: KeyboardEvent): boolean {
  if (!settings.get().shortcuts && event.key !== "Escape") return false;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return false;
  if (document.querySelector("dialog[open]")) return false;
  const meant = event.key === " " ? `${TYPING}, ${PRESSABLE}` : TYPING;
  return !(event.target instanceof Element && event.target.matches(meant));
}

/**
 * Single keys for the whole page; they stay silent while someone types or a dialog is open, and, but for Escape, where
 * they are switched off. What they do can be chosen in the palette as well.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const handles = (key: string): key is Key => Object.hasOwn(latest.current, key);
    const press = (key: Key): void => latest.current[key]?.();
    const hear = (event: KeyboardEvent): void => {
      const { key } = event;
      if (!handles(key) || !isMeantForPage(event)) return;
      event.preventDefault();
      press(key);
    };
    window.addEventListener("keydown", hear);
    const end = addKeyListener({ handles: handles, press });
    return () => {
      window.removeEventListener("keydown", hear);
      end();
    };
  }, []);
}
