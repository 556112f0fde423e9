import type { BasemapOption } from "../../api/config";
import type { Readable } from "../../lib/readable";

export interface BasemapState {
  /** What was chosen, and what is shown: another one where its tiles cannot be had. */
  readonly chosen: BasemapOption;
  readonly shown: BasemapOption;
  /** From 0, as it is, to 1, gone. */
  readonly dim: number;
}

/** What the rest is drawn on; kept by the browser, and named by the address. */
export interface BasemapChoice {
  readonly options: readonly BasemapOption[];
  readonly state: Readable<BasemapState>;
  /** By id; what was chosen before is tried again. */
  choose(id: string): void;
  setDim(dim: number): void;
}
