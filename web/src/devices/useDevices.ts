import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { type DevicePage, fetchDevices } from "../api/devices";
import { useEngine } from "../engine/useEngine";
import { useReplayMoment } from "../engine/useFleetCounts";
import type { DeviceFilter } from "../fleet/deviceFilter";
import type { DeviceOrder } from "../fleet/deviceOrder";
import { deviceQuery } from "../fleet/deviceQuery";
import { replayDevices } from "../fleet/replayDevices";
import { useDebounced } from "../lib/useDebounced";
import { useReadable } from "../lib/useReadable";

// What is loaded and refreshed: the hundred rows in view, the hundred before them and after.
const CHUNK = 100;
const CHUNKS = 3;
const REFRESH_MILLISECONDS = 2000;
const SEARCH_PAUSE_MILLISECONDS = 200;

/** A part of the ranking. */
export interface DeviceWindow extends DevicePage {
  /** The rank of its first device, from 0. */
  readonly offset: number;
  /** What is listed, and how. */
  readonly of: string;
}

export interface Devices {
  readonly query: UseQueryResult<DeviceWindow>;
  /** What is held still is of another filter. */
  readonly settling: boolean;
  /** Says which row is the first in sight. */
  showRow(row: number): void;
}

/** The devices that match at the time that the map shows, around the row in view, refreshed while the list is on
 * the screen. */
export function useDevices(filter: DeviceFilter, order: DeviceOrder): Devices {
  const search = useDebounced(filter.search.trim(), SEARCH_PAUSE_MILLISECONDS);
  const engine = useEngine();
  const view = useReadable(engine.view);
  const requested = deviceQuery({ ...filter, search }, order, view);
  // Another list starts from the top; the same one does not because the map has moved.
  const of = JSON.stringify({ ...requested, bbox: filter.inView });
  const [kept, setKept] = useState({ of, offset: 0 });
  const offset = kept.of === of ? kept.offset : 0;
  const part = { offset, limit: CHUNK * CHUNKS };
  const past = useReplayMoment();
  const query = useQuery({
    queryKey: ["devices", requested, offset, past],
    queryFn: async ({ signal }) => {
      const named = Object.keys(engine.stats.get()?.by_kind ?? {});
      const page =
        past === null
          ? await fetchDevices({ ...requested, ...part }, signal)
          : replayDevices(engine.replay.fleet(), { filter: { ...filter, search }, order, view, named, ...part });
      return { ...page, offset, of };
    },
    placeholderData: keepPreviousData,
    refetchInterval: past === null ? REFRESH_MILLISECONDS : false,
    gcTime: 10_000,
  });
  const isCurrent = query.data?.of === of;
  // Rows of another list say nothing about this one, which starts from the top.
  const showRow = useCallback(
    (row: number): void => {
      if (isCurrent) setKept({ of, offset: offsetAt(row) });
    },
    [of, isCurrent],
  );
  const settling = search !== filter.search.trim() || !isCurrent;
  return { query, settling, showRow };
}

/** Where the window begins around a row. */
export function offsetAt(row: number): number {
  return Math.max(0, Math.floor(row / CHUNK) - 1) * CHUNK;
}
