const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `820 m`, `48.2 km`, `1,204 km`. */
export function formatDistance(metres: number): string {
  if (Math.round(metres) < 1000) return `${whole.format(metres)} m`;
  const kilometres = metres / 1000;
  return `${(kilometres < 99.95 ? tenth : whole).format(kilometres)} km`;
}
