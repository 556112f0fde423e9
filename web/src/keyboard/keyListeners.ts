import { KEY_TABLE, type Key } from "./keyTable";

interface KeyListener {
  handles(key: Key): boolean;
  press(key: Key): void;
}

const listeners = new Set<KeyListener>();

/** Lets the keys of a part of the page be pressed by others as well; returns the end of it. */
export function addKeyListener(listener: KeyListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The keys that do something now. */
export function activeKeys() {
  return KEY_TABLE.filter(({ key }) => [...listeners].some((listener) => listener.handles(key)));
}

/** Does what the key does, even if single keys are switched off. */
export function pressKey(key: Key): void {
  for (const listener of [...listeners]) {
    if (listener.handles(key)) listener.press(key);
  }
}
