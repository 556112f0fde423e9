const FIRST_CEILING = 500; // ms
const LAST_CEILING = 15_000; // ms

/** A wait of full jitter: anywhere below a ceiling that doubles with each failure. */
export function backOff(failures: number, random: () => number): number {
  const ceiling = Math.min(LAST_CEILING, FIRST_CEILING * 2 ** Math.min(failures, 10));
  return Math.round(ceiling * random());
}
