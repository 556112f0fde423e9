/** How many pixels a rem has: more when someone asked the browser for larger text. */
export function remPixels(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
}
