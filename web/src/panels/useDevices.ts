import { keepPreviousData, type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type DevicePage, fetchDevices } from "../api/devices";
import type { DeviceFilter } from "../filter/deviceFilter";
import { useDebounced } from "../hooks/useDebounced";

const PAGE = 100;
// The most the server gives at once: what is refreshed every two seconds stays bounded by it.
const MOST = 1000;
const REFRESH_MILLISECONDS = 2000;
const SEARCH_PAUSE_MILLISECONDS = 200;

interface Extent {
  /** The filter it belongs to: another one starts from the top. */
  readonly of: string;
  readonly limit: number;
  /** Where the thousands before this one began. */
  readonly cursors: readonly string[];
}

export interface Devices {
  readonly query: UseQueryResult<DevicePage>;
  /** Loads a hundred more; does nothing at the end or at a thousand. */
  more(): void;
  /** The next thousand, or null when there is none. */
  readonly nextThousand: (() => void) | null;
  readonly previousThousand: (() => void) | null;
}

/** The devices that match, refreshed while the list is on the screen. */
export function useDevices(filter: DeviceFilter): Devices {
  const search = useDebounced(filter.search.trim(), SEARCH_PAUSE_MILLISECONDS);
  const { status, kind } = filter;
  const of = JSON.stringify([search, status, kind]);
  const [kept, setExtent] = useState<Extent>({ of, limit: PAGE, cursors: [] });
  const extent = kept.of === of ? kept : { of, limit: PAGE, cursors: [] };
  const { limit, cursors } = extent;
  const cursor = cursors.at(-1) ?? null;
  const query = useQuery({
    queryKey: ["devices", { search, status, kind, cursor, limit }],
    queryFn: ({ signal }) => fetchDevices({ search, status, kind, cursor, limit }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MILLISECONDS,
    gcTime: 10_000,
  });
  const next = query.data?.next ?? null;
  const atEnd = next === null || query.isPlaceholderData;
  return {
    query,
    more: () => {
      if (!atEnd && limit < MOST) setExtent({ of, limit: limit + PAGE, cursors });
    },
    nextThousand: atEnd || limit < MOST ? null : () => setExtent({ of, limit: MOST, cursors: [...cursors, next] }),
    previousThousand: cursors.length === 0 ? null : () => setExtent({ of, limit: MOST, cursors: cursors.slice(0, -1) }),
  };
}
