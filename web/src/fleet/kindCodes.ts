const MOST_KINDS = 256;

/** A code of one byte for each kind, and which kinds the filter lets stand out. */
export class KindCodes {
  readonly #codes = new Map<string, number>([["", 0]]);
  readonly #shown = new Uint8Array(MOST_KINDS).fill(1);
  #isShown: (kind: string) => boolean = () => true;

  code(kind: string): number {
    const known = this.#codes.get(kind);
    if (known !== undefined) return known;
    // Past the limit a kind is drawn as if it were not known.
    if (this.#codes.size >= MOST_KINDS) return 0;
    const code = this.#codes.size;
    this.#codes.set(kind, code);
    this.#shown[code] = this.#isShown(kind) ? 1 : 0;
    return code;
  }

  /** Those that are to stand out, now and as further kinds come. */
  setShown(isShown: (kind: string) => boolean): void {
    this.#isShown = isShown;
    for (const [kind, code] of this.#codes) this.#shown[code] = isShown(kind) ? 1 : 0;
  }

  isShown(code: number): boolean {
    return this.#shown[code] === 1;
  }
}
