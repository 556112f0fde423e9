/** From how many positions in a cell of the history layer each colour of the density is. */
export const DENSITY_STEPS = [1, 10, 30, 100, 300, 1000] as const;

/** Which of the colours a count has. */
export function densityStep(count: number): number {
  return Math.max(
    0,
    DENSITY_STEPS.findLastIndex((least) => count >= least),
  );
}
