import { KEY_TABLE, type Key } from "./keyTable";

interface KeyListener {
  handles(key: Key): boolean;
  press(key: Key): void;
}

const listeners = new Set<KeyListener>();

/** Registers the keys of a part of the page for the palette. Returns the function that unregisters them. */
export function addKeyListener(listener: KeyListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The keys that have a handler now. */
export function activeKeys() {
  return KEY_TABLE.filter(({ key }) => [...listeners].some((listener) => listener.handles(key)));
}

/** Runs the action of the key, even when single-key shortcuts are switched off. */
export function pressKey(key: Key): void {
  for (const listener of [...listeners]) {
    if (listener.handles(key)) listener.press(key);
  }
}
