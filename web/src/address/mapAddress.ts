import { type DeviceFilter, NO_FILTER } from "../fleet/deviceFilter";
import { readNames, readParameters, withParameters, writeNames } from "../lib/hashParameters";
import { STATUSES } from "../live/position";
import type { Layers } from "../map/layers";

const LONGEST_SEARCH = 128;
/** Labels are not among them: they are a setting of the browser. */
const SWITCHED = ["live", "history", "track"] as const satisfies readonly (keyof Layers)[];
const TABS = ["devices", "overview"] as const;
const SIDES = ["left", "right"] as const;

/** The state of the page in the address, without the place and the replay. */
export interface MapAddress {
  readonly selected: readonly string[];
  readonly isolated: readonly string[] | null;
  readonly filter: DeviceFilter;
  readonly off: readonly (keyof Layers)[];
  readonly closed: readonly (typeof SIDES)[number][];
  readonly tab: (typeof TABS)[number] | null;
}

/** Reads each part separately; invalid parts are ignored. */
export function readMapAddress(hash: string): MapAddress {
  const parameters = readParameters(hash);
  const listed = (name: string): string[] => readNames(parameters.get(name) ?? "");
  const isolated = listed("only");
  return {
    selected: listed("sel"),
    isolated: isolated.length > 0 ? isolated : null,
    filter: {
      ...NO_FILTER,
      search: (parameters.get("q") ?? "").slice(0, LONGEST_SEARCH),
      statuses: STATUSES.filter((status) => listed("status").includes(status)),
      kinds: listed("kind").sort(),
      inView: parameters.get("inview") === "1",
    },
    off: SWITCHED.filter((layer) => listed("off").includes(layer)),
    closed: SIDES.filter((side) => listed("closed").includes(side)),
    tab: TABS.find((tab) => tab === parameters.get("tab")) ?? null,
  };
}

export function writeMapAddress(hash: string, address: MapAddress): string {
  const { selected, isolated, filter, off, closed, tab } = address;
  return withParameters(hash, {
    sel: writeNames(selected),
    only: writeNames(isolated ?? []),
    q: filter.search.trim() || null,
    status: writeNames(filter.statuses),
    kind: writeNames(filter.kinds),
    inview: filter.inView ? "1" : null,
    off: writeNames(SWITCHED.filter((layer) => off.includes(layer))),
    closed: writeNames(closed),
    tab,
  });
}
