import { t } from "../i18n/t";
import { formatNumber } from "./number";

export function formatCount(count: number): string {
  return formatNumber(count);
}

/** Something a second: `0.4`, `12.0`, `175`. */
export function formatRate(rate: number): string {
  return formatNumber(rate, rate < 100 ? 1 : 0);
}

/** A share from 0 to 100. */
export function formatShare(share: number): string {
  return t("{{share}} %", { share: share > 0 && share < 1 ? "<1" : formatNumber(share) });
}
