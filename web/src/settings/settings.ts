import { readStorage, writeStorage } from "../lib/browserStorage";
import type { Readable } from "../lib/readable";

/** What may be chosen, the first as long as nothing was. */
export const CHOICES = {
  units: ["metric", "imperial", "nautical"],
  zone: ["local", "utc"],
  theme: ["auto", "dark", "light"],
  colours: ["status", "kind", "speed"],
  quality: ["auto", "full", "reduced"],
} as const;

type Chosen = { readonly [Name in keyof typeof CHOICES]: (typeof CHOICES)[Name][number] };

export interface Settings extends Chosen {
  /** A code as `tr`, or `auto` for that of the browser. */
  readonly language: string;
  /** Names beside the markers. */
  readonly labels: boolean;
  /** Whether single keys do something. */
  readonly shortcuts: boolean;
}

const STORED = "herenow.settings";

/** What was kept, field by field; what is not understood, or is not there, is as at first. */
export function readSettings(kept: string | null): Settings {
  const read = fieldsOf(kept);
  const chosen = <T extends string>(name: string, [first, ...others]: readonly [T, ...T[]]): T =>
    others.find((choice) => choice === read[name]) ?? first;
  return {
    units: chosen("units", CHOICES.units),
    zone: chosen("zone", CHOICES.zone),
    theme: chosen("theme", CHOICES.theme),
    colours: chosen("colours", CHOICES.colours),
    quality: chosen("quality", CHOICES.quality),
    language: typeof read.language === "string" ? read.language : "auto",
    labels: read.labels !== false,
    shortcuts: read.shortcuts !== false,
  };
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
  let current = readSettings(readStorage(STORED));
  return {
    get: () => current,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    change(changes) {
      current = { ...current, ...changes };
      writeStorage(STORED, JSON.stringify(current));
      for (const listener of listeners) listener();
    },
  };
}

/** The settings of this browser. Each change is stored and published at once. */
export const settings = createSettings();
