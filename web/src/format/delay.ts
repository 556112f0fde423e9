import { t } from "../i18n/t";
import { formatNumber } from "./number";

/** `12 ms`, `3.4 s`; a dash for what is not known. */
export function formatDelay(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined) return "–";
  if (milliseconds < 1000) return t("{{amount}} ms", { amount: formatNumber(milliseconds) });
  return t("{{seconds}} s", { seconds: formatNumber(milliseconds / 1000, 1) });
}
