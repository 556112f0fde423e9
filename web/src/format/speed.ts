import { t } from "../i18n/t";
import { settings } from "../settings/settings";
import { formatNumber } from "./number";

const UNITS = {
  metric: { text: "{{speed}} km/h", perMetre: 3.6 },
  imperial: { text: "{{speed}} mph", perMetre: 3600 / 1609.344 },
  nautical: { text: "{{speed}} kn", perMetre: 3600 / 1852 },
} as const;

/** Metres a second in, `29 km/h` out, or in the units that are set; a dash when it is not known. */
export function formatSpeed(speed: number | undefined): string {
  if (speed === undefined) return "–";
  const { text, perMetre } = UNITS[settings.get().units];
  return t(text, { speed: formatNumber(speed * perMetre) });
}
