import type { BasemapOption } from "../../api/config";
import { readParameters, withParameters } from "../../lib/hashParameters";
import { Value } from "../../lib/readable";
import { readStored, store } from "../../lib/stored";
import type { BasemapChoice, BasemapState } from "./basemapChoice";

const CHOSEN = "herenow.basemap";
const DIM = "herenow.basemap.dim";
const MOST_DIM = 0.8;
const BUILT_IN: BasemapOption = { id: "builtin", name: "Built-in", kind: "builtin" };

/** Draws a basemap. */
export interface Ground {
  /** `onFailure` is called once if its tiles cannot be had. */
  show(basemap: BasemapOption, onFailure: () => void): void;
  setDim(dim: number): void;
}

/** Keeps what was chosen, what the address says and what is drawn the same. */
export class AddressedBasemap implements BasemapChoice {
  readonly options: readonly BasemapOption[];
  readonly state: Value<BasemapState>;
  readonly #ground: Ground;

  constructor(options: readonly BasemapOption[], ground: Ground) {
    this.options = options;
    this.#ground = ground;
    const chosen = this.#named(readParameters(window.location.hash).get("base") ?? readStored(CHOSEN));
    this.state = new Value({ chosen, shown: chosen, dim: dimOf(readStored(DIM)) });
  }

  start(): void {
    const { chosen, dim } = this.state.get();
    this.#ground.setDim(dim);
    this.#show(chosen);
    window.addEventListener("hashchange", this.#read);
  }

  stop(): void {
    window.removeEventListener("hashchange", this.#read);
  }

  choose(id: string): void {
    const chosen = this.#named(id);
    store(CHOSEN, chosen.id);
    const { pathname, search, hash } = window.location;
    const said = withParameters(hash, { base: chosen.id === BUILT_IN.id ? null : chosen.id });
    window.history.replaceState(window.history.state, "", pathname + search + said);
    this.#show(chosen);
  }

  setDim(dim: number): void {
    const within = dimOf(String(dim));
    store(DIM, String(within));
    this.#ground.setDim(within);
    this.state.set({ ...this.state.get(), dim: within });
  }

  readonly #read = (): void => {
    const asked = readParameters(window.location.hash).get("base");
    if (asked !== undefined && asked !== this.state.get().chosen.id) this.#show(this.#named(asked));
  };

  #show(chosen: BasemapOption): void {
    this.state.set({ ...this.state.get(), chosen, shown: chosen });
    this.#ground.show(chosen, () => this.#fallBack());
  }

  /** What was chosen stays chosen, for the next time. */
  #fallBack(): void {
    const shown = this.#named(BUILT_IN.id);
    this.state.set({ ...this.state.get(), shown });
    this.#ground.show(shown, () => undefined);
  }

  #named(id: string | null): BasemapOption {
    return this.options.find((one) => one.id === id) ?? this.options[0] ?? BUILT_IN;
  }
}

function dimOf(text: string | null): number {
  const dim = Number(text);
  return Number.isFinite(dim) ? Math.min(MOST_DIM, Math.max(0, dim)) : 0;
}
