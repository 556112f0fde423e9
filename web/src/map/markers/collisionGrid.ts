const CELL = 64; // pixels

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Which parts of the map are taken, on a grid so that a look at one place is cheap however many there are. */
export class CollisionGrid {
  readonly #cells = new Map<string, Rectangle[]>();

  add(rectangle: Rectangle): void {
    for (const cell of cellsOf(rectangle)) {
      const taken = this.#cells.get(cell);
      if (taken) taken.push(rectangle);
      else this.#cells.set(cell, [rectangle]);
    }
  }

  overlaps(rectangle: Rectangle): boolean {
    return cellsOf(rectangle).some((cell) => this.#cells.get(cell)?.some((taken) => touch(taken, rectangle)));
  }
}

function cellsOf({ left, top, right, bottom }: Rectangle): string[] {
  const cells: string[] = [];
  for (let x = Math.floor(left / CELL); x <= Math.floor(right / CELL); x += 1) {
    for (let y = Math.floor(top / CELL); y <= Math.floor(bottom / CELL); y += 1) cells.push(`${x}/${y}`);
  }
  return cells;
}

function touch(a: Rectangle, b: Rectangle): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
