import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { fetchDevices } from "../api/devices";
import type { Engine } from "../engine/engine";
import { useEngine } from "../engine/useEngine";
import { t } from "../i18n/t";
import { activeKeys, pressKey } from "../keyboard/keyListeners";
import { keyName } from "../keyboard/keyTable";
import { useDebounced } from "../lib/useDebounced";
import { recentDevices } from "./recentDevices";
import { matchesWords } from "./wordMatch";

const MOST_DEVICES = 6;
const PAUSE = 150; // ms

export interface PaletteCommand {
  readonly id: string;
  readonly text: string;
  /** The key that does the same, or more about it. */
  readonly note: string;
  choose(): void;
}

export interface PaletteGroup {
  readonly title: string;
  readonly options: readonly PaletteCommand[];
}

/** What can be done or found with what was typed; groups without anything are left out. */
export function usePaletteCommands(typed: string): readonly PaletteGroup[] {
  const engine = useEngine();
  const search = useDebounced(typed.trim(), PAUSE);
  const devices = useQuery({
    queryKey: ["palette", search],
    queryFn: ({ signal }) =>
      fetchDevices({ search, status: null, kind: null, cursor: null, limit: MOST_DEVICES }, signal),
    enabled: search !== "",
    placeholderData: keepPreviousData,
    gcTime: 10_000,
  });
  const found = search === "" || typed.trim() === "" ? [] : (devices.data?.devices ?? []);
  const recent = typed.trim() === "" ? recentDevices() : [];
  return [
    { title: t("Recent devices"), options: recent.map((one) => deviceOption(engine, one.device_id, one.name)) },
    { title: t("Actions"), options: actions(typed) },
    { title: t("Devices"), options: found.map((one) => deviceOption(engine, one.device_id, one.name)) },
  ].filter(({ options }) => options.length > 0);
}

function actions(typed: string): PaletteCommand[] {
  return activeKeys()
    .filter(({ text }) => matchesWords(typed, `${t(text)} ${text}`))
    .map(({ key, text }) => ({
      id: `key-${key.charCodeAt(0)}`,
      text: t(text),
      note: keyName(key),
      choose: () => pressKey(key),
    }));
}

function deviceOption(engine: Engine, deviceId: string, name = deviceId): PaletteCommand {
  return {
    id: `device-${encodeURIComponent(deviceId)}`,
    text: name,
    note: name === deviceId ? "" : deviceId,
    choose: () => engine.reveal(deviceId),
  };
}
