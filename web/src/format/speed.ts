const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Metres a second in, `29 km/h` out; a dash when it is not known. */
export function formatSpeed(speed: number | undefined): string {
  return speed === undefined ? "–" : `${whole.format(speed * 3.6)} km/h`;
}
