export interface TrackPoint {
  readonly time: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly speed?: number;
  readonly course?: number;
}

export interface TrackState {
  readonly device_id: string;
  readonly loading: boolean;
  readonly error: string | null;
  /** Oldest first, at most 20,000: the stored ones, then what came live. Changes at most twice a second. */
  readonly points: readonly TrackPoint[];
}
