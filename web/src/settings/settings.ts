import type { Readable } from "../engine/types";
import { readStored, store } from "../hooks/stored";

export interface Settings {
  /** A code as `tr`, or `auto` for that of the browser. */
  readonly language: string;
}

const STORED = "herenow.settings";
const FIRST: Settings = { language: "auto" };

/** What was kept, field by field; what is not understood, or is not there, is as at first. */
export function readSettings(kept: string | null): Settings {
  const read = fieldsOf(kept);
  return { language: typeof read.language === "string" ? read.language : FIRST.language };
}

function fieldsOf(kept: string | null): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(kept ?? "{}");
    return typeof read === "object" && read !== null ? { ...read } : {};
  } catch {
    return {};
  }
}

function createSettings(): Readable<Settings> & { change(changes: Partial<Settings>): void } {
  const listeners = new Set<() => void>();
  let current = readSettings(readStored(STORED));
  return {
    get: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(changes) {
      current = { ...current, ...changes };
      store(STORED, JSON.stringify(current));
      for (const listener of listeners) listener();
    },
  };
}

/** What someone chose for this browser; each change is kept, and told at once. */
export const settings = createSettings();
