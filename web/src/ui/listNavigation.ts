/** Where a key of the keyboard leads in a list of so many rows; null for a key that means nothing here. */
export function nextRow(key: string, row: number, count: number, page: number): number | null {
  const wanted = step(key, row, count, page);
  if (wanted === null || count === 0) return null;
  return Math.min(Math.max(wanted, 0), count - 1);
}

function step(key: string, row: number, count: number, page: number): number | null {
  switch (key) {
    case "ArrowDown":
    case "j":
      return row + 1;
    case "ArrowUp":
    case "k":
      // From nothing chosen, up starts at the top too.
      return row < 0 ? 0 : row - 1;
    case "PageDown":
      return row + page;
    case "PageUp":
      return row - page;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
