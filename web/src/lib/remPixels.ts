/** Pixels per rem: more when the user set a larger text size in the browser. */
export function remPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}
