export interface Layers {
  readonly live: boolean;
  readonly history: boolean;
  /** The history as a density, in place of its circles. */
  readonly density: boolean;
  readonly labels: boolean;
  /** The way of the selected device. */
  readonly track: boolean;
  /** The last ways of all, and lines to where they head. */
  readonly trails: boolean;
  readonly ahead: boolean;
}

export const DEFAULT_LAYERS: Layers = {
  live: true,
  history: true,
  density: false,
  labels: true,
  track: true,
  trails: false,
  ahead: false,
};
