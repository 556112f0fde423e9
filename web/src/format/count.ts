const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat("en", { maximumFractionDigits: 1, minimumFractionDigits: 1 });

export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1 device`, `620 devices`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Something a second: `0.4`, `12.0`, `175`. */
export function formatRate(rate: number): string {
  return rate < 100 ? tenth.format(rate) : whole.format(rate);
}

/** A share from 0 to 100. */
export function formatShare(share: number): string {
  return share > 0 && share < 1 ? "<1 %" : `${Math.round(share)} %`;
}
