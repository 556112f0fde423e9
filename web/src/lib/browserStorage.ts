/** What the browser keeps for this page; null when it keeps nothing, or is forbidden to. */
export function readStorage(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Where storage is forbidden, what is stored lasts as long as the page. */
export function writeStorage(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The value lasts as long as the page, see above.
  }
}
