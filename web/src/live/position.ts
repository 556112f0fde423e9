export const STATUSES = ["moving", "idle", "stopped", "stale"] as const;
export type Status = (typeof STATUSES)[number];

/**
 * The optional columns of `herenow.bin.v1` in their order; the flag of a column is the bit of its index. All but `stale_at`
 * are measured fields. In JSON they have the same names.
 */
export const OPTIONAL_COLUMNS = ["altitude", "accuracy", "battery", "stale_at", "satellites", "hdop"] as const;

/** The server sends these only to a view that names them: an older page refuses a frame with an unknown flag. */
export const REQUESTED_COLUMNS: readonly string[] = OPTIONAL_COLUMNS.slice(3);

/** Every measure of a position, the optional columns among them. */
export const MEASURES = ["speed", "course", ...OPTIONAL_COLUMNS] as const;

/** What a device is called, as a frame of the server names it. */
export interface DeviceNames {
  readonly device_id: string;
  readonly name?: string;
  readonly kind?: string;
}

/** A device to which positions in columns refer. */
export interface NamedDevice extends DeviceNames {
  /** Where the store keeps it, if that holds this very object: it saves to look up the id, which takes longer than all
   * else about a position. */
  row: number;
}

type OptionalColumns = { readonly [Name in (typeof OPTIONAL_COLUMNS)[number]]?: number };

/** `L` of the protocol. `status` is what the marker shows, so it turns `stale` here by the passing of time: at
 * `stale_at` of the server's clock, unless a new report comes. Older servers leave that out. */
export interface LivePosition extends DeviceNames, OptionalColumns {
  readonly timestamp: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly speed?: number;
  readonly course?: number;
  readonly status: Status;
}
