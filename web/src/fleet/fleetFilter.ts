import type { DeviceStore } from "./deviceStore";
import type { MapFilter } from "./mapFilter";

export interface FleetFilterOptions {
  /** Those of now and of the past. */
  readonly stores: () => readonly DeviceStore[];
  /** The kinds that the server counts by name; all others are "other". The list may change. */
  readonly named: () => readonly string[];
  readonly onChange: (filter: MapFilter, named: readonly string[]) => void;
}

/** Which devices stand out on the map, and which are on it at all. */
export class FleetFilter {
  readonly #options: FleetFilterOptions;
  #filter: MapFilter = { statuses: null, kinds: null };

  constructor(options: FleetFilterOptions) {
    this.#options = options;
  }

  set(filter: MapFilter): void {
    this.#filter = filter;
    this.apply();
  }

  apply(): void {
    const named = new Set(this.#options.named());
    for (const store of this.#options.stores()) store.setFilter(this.#filter, (kind) => kind !== "" && named.has(kind));
    this.#options.onChange(this.#filter, this.#options.named());
  }

  kindsChanged(): void {
    if (this.#filter.kinds?.has("other")) this.apply();
  }

  readonly isolate = (deviceIds: readonly string[] | null): void => {
    const shown = deviceIds && new Set(deviceIds);
    for (const store of this.#options.stores()) store.isolate(shown);
    this.#options.onChange(this.#filter, this.#options.named());
  };
}
