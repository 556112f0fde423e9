const SPARE = 1024;

/** Which rows changed since a reader last took them. Without a reader they do not accumulate. */
export class ChangedRows {
  /** Null where all may have changed. */
  #rows: number[] | null = null;

  /** `count` is how many rows there are. */
  add(row: number, count: number): void {
    if (!this.#rows) return;
    if (this.#rows.length >= 2 * count + SPARE) this.#rows = null;
    else this.#rows.push(row);
  }

  addAll(): void {
    this.#rows = null;
  }

  drain(): readonly number[] | "all" {
    const taken = this.#rows ?? "all";
    this.#rows = [];
    return taken;
  }
}
