import { t } from "../words/t";
import { formatNumber } from "./number";

/** `820 m`, `48.2 km`, `1,204 km`. */
export function formatDistance(metres: number): string {
  if (Math.round(metres) < 1000) return t("{{length}} m", { length: formatNumber(metres) });
  const kilometres = metres / 1000;
  return t("{{length}} km", { length: formatNumber(kilometres, kilometres < 99.95 ? 1 : 0) });
}

/** What is told to the metre: a height, or how exact a place is. */
export function formatHeight(metres: number): string {
  return t("{{length}} m", { length: formatNumber(metres) });
}
