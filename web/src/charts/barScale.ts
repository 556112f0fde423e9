/** How much of the full length a bar takes, 0 to 1; a value that is not nothing stays visible. */
export function barScale(value: number, greatest: number): number {
  if (greatest <= 0 || value <= 0) return 0;
  return Math.min(1, Math.max(value / greatest, 0.01));
}
