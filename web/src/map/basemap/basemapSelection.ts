import type { BasemapOption } from "../../api/config";
import { readStorage, writeStorage } from "../../lib/browserStorage";
import { readParameters, withParameters } from "../../lib/hashParameters";
import { Value } from "../../lib/readable";
import type { BasemapChoice, BasemapState } from "./basemapChoice";

const CHOSEN = "herenow.basemap";
const DIM = "herenow.basemap.dim";
const MOST_DIM = 0.8;
const BUILT_IN: BasemapOption = { id: "builtin", name: "Built-in", kind: "builtin" };

/** Draws a basemap. */
export interface BasemapRenderer {
  /** `onFailure` is called once when its tiles fail to load. */
  show(basemap: BasemapOption, onFailure: () => void): void;
  setDim(dim: number): void;
}

/** Keeps the chosen basemap, the address and the map in step. */
export class BasemapSelection implements BasemapChoice {
  readonly options: readonly BasemapOption[];
  readonly state: Value<BasemapState>;
  readonly #renderer: BasemapRenderer;

  constructor(options: readonly BasemapOption[], renderer: BasemapRenderer) {
    this.options = options;
    this.#renderer = renderer;
    const chosen = this.#optionById(readParameters(window.location.hash).get("base") ?? readStorage(CHOSEN));
    this.state = new Value({ chosen, shown: chosen, dim: dimOf(readStorage(DIM)) });
  }

  start(): void {
    const { chosen, dim } = this.state.get();
    this.#renderer.setDim(dim);
    this.#show(chosen);
    window.addEventListener("hashchange", this.#onHashChange);
  }

  stop(): void {
    window.removeEventListener("hashchange", this.#onHashChange);
  }

  choose(id: string): void {
    const chosen = this.#optionById(id);
    writeStorage(CHOSEN, chosen.id);
    const { pathname, search, hash } = window.location;
    const newHash = withParameters(hash, { base: chosen.id === BUILT_IN.id ? null : chosen.id });
    window.history.replaceState(window.history.state, "", pathname + search + newHash);
    this.#show(chosen);
  }

  setDim(dim: number): void {
    const within = dimOf(String(dim));
    writeStorage(DIM, String(within));
    this.#renderer.setDim(within);
    this.state.set({ ...this.state.get(), dim: within });
  }

  readonly #onHashChange = (): void => {
    const requested = readParameters(window.location.hash).get("base");
    if (requested !== undefined && requested !== this.state.get().chosen.id) this.#show(this.#optionById(requested));
  };

  #show(chosen: BasemapOption): void {
    this.state.set({ ...this.state.get(), chosen, shown: chosen });
    this.#renderer.show(chosen, () => this.#fallBack());
  }

  /** The choice is kept for the next visit. */
  #fallBack(): void {
    const shown = this.#optionById(BUILT_IN.id);
    this.state.set({ ...this.state.get(), shown });
    this.#renderer.show(shown, () => undefined);
  }

  #optionById(id: string | null): BasemapOption {
    return this.options.find((one) => one.id === id) ?? this.options[0] ?? BUILT_IN;
  }
}

function dimOf(text: string | null): number {
  const dim = Number(text);
  return Number.isFinite(dim) ? Math.min(MOST_DIM, Math.max(0, dim)) : 0;
}
