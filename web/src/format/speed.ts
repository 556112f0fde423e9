import { t } from "../words/t";
import { formatNumber } from "./number";

/** Metres a second in, `29 km/h` out; a dash when it is not known. */
export function formatSpeed(speed: number | undefined): string {
  return speed === undefined ? "–" : t("{{speed}} km/h", { speed: formatNumber(speed * 3.6) });
}
