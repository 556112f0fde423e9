export const STATUSES = ["moving", "idle", "stopped", "stale"] as const;
export type Status = (typeof STATUSES)[number];

/** `L` of the protocol. `status` is what the marker shows, so it turns `stale` here by the passing of time. */
export interface LivePosition {
  readonly device_id: string;
  readonly timestamp: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly speed?: number;
  readonly course?: number;
  readonly altitude?: number;
  readonly accuracy?: number;
  readonly battery?: number;
  readonly kind?: string;
  readonly name?: string;
  readonly status: Status;
  /** Server time at which it becomes stale without a new report. Older servers leave it out. */
  readonly stale_at?: number;
}
