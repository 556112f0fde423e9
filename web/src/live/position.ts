export const STATUSES = ["moving", "idle", "stopped", "stale"] as const;
export type Status = (typeof STATUSES)[number];

/**
 * The optional columns of `herenow.bin.v1` in their order; the flag of a column is the bit of its index. All but `stale_at`
 * are measured fields. In JSON they have the same names.
 */
export const OPTIONAL_COLUMNS = ["altitude", "accuracy", "battery", "stale_at", "satellites", "hdop"] as const;

/** The server sends these only to a view that names them: an older page refuses a frame with an unknown flag. */
export const REQUESTED_COLUMNS: readonly string[] = OPTIONAL_COLUMNS.slice(3);

type OptionalColumns = { readonly [Name in (typeof OPTIONAL_COLUMNS)[number]]?: number };

/** `L` of the protocol. `status` is what the marker shows, so it turns `stale` here by the passing of time: at
 * `stale_at` of the server's clock, unless a new report comes. Older servers leave that out. */
export interface LivePosition extends OptionalColumns {
  readonly device_id: string;
  readonly timestamp: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly speed?: number;
  readonly course?: number;
  readonly kind?: string;
  readonly name?: string;
  readonly status: Status;
}
