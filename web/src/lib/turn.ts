/** Degrees between -180 and 180 from one course, or longitude, to the other by the shorter way. */
export function shortestTurn(from: number, to: number): number {
  return to - from - 360 * Math.round((to - from) / 360);
}
