import { type Label, t } from "../i18n/t";

/** What each single key does wherever the focus is: for the keys themselves, the help and the palette. */
export const KEY_TABLE = [
  { key: "/", text: "Search devices" },
  { key: "j", text: "Next device" },
  { key: "k", text: "Previous device" },
  { key: "Escape", text: "Go back one level" },
  { key: "f", text: "Follow the selected device" },
  { key: "i", text: "Show only the selected devices, or all again" },
  { key: "m", text: "Measure" },
  { key: "0", text: "Show the whole fleet, or all matches of the filter" },
  { key: "h", text: "History layer" },
  { key: "t", text: "Track of the selected device" },
  { key: "l", text: "Names next to the markers" },
  { key: "c", text: "Charts" },
  { key: " ", text: "In a replay: play, pause" },
  { key: ",", text: "In a replay: step back" },
  { key: ".", text: "In a replay: step forward" },
  { key: "[", text: "Left panel" },
  { key: "]", text: "Right panel" },
  { key: "d", text: "Theme: automatic, dark, light" },
  { key: "s", text: "Settings" },
  { key: "?", text: "Help and keyboard shortcuts" },
] as const satisfies readonly { readonly key: string; readonly text: Label }[];

/** As `KeyboardEvent.key` has it. */
export type Key = (typeof KEY_TABLE)[number]["key"];

/** Keys of a part of the page that has the focus, or with others; they always work. */
export const OTHER_KEYS = [
  { keys: ["Ctrl", "K"], text: "Commands and devices" },
  { keys: ["Enter"], text: "Select the highlighted device" },
  { keys: ["Enter"], text: "In the search: select the first result" },
  { keys: ["Space"], text: "In the list: add to the selection or remove" },
  { keys: ["Enter", "Backspace"], text: "When measuring: add or remove a point" },
  { keys: ["←", "→", "+", "−"], text: "Move and zoom the map when it has focus" },
] as const satisfies readonly { readonly keys: readonly string[]; readonly text: Label }[];

const NAMES: Readonly<Record<string, Label>> = { " ": "Space", Space: "Space", Escape: "Esc" };

/** What is printed on it, of a key as `KeyboardEvent.key` or `aria-keyshortcuts` has it. */
export function keyName(key: string): string {
  const name = NAMES[key];
  return name ? t(name) : key;
}
