import { i18n } from "../i18n/t";

const formats = new Map<string, Intl.NumberFormat>();

/** The locale for Intl: British English has 24 hours, and the day before the month. */
export function locale(): string {
  return i18n.language === "en" ? "en-GB" : i18n.language;
}

/** In the digits and the grouping of the chosen language, with so many decimals. */
export function formatNumber(value: number, decimals = 0): string {
  const key = `${locale()} ${decimals}`;
  const format =
    formats.get(key) ??
    new Intl.NumberFormat(locale(), { maximumFractionDigits: decimals, minimumFractionDigits: decimals });
  formats.set(key, format);
  return format.format(value);
}
