import { type Text, t } from "../i18n/t";
import { formatNumber } from "./number";

const STEPS = [
  { text: "{{age}} s ago", seconds: 1, below: 60 },
  { text: "{{age}} min ago", seconds: 60, below: 3600 },
  { text: "{{age}} h ago", seconds: 3600, below: 48 * 3600 },
  { text: "{{age}} d ago", seconds: 86400, below: Number.POSITIVE_INFINITY },
] as const satisfies readonly { readonly text: Text; readonly seconds: number; readonly below: number }[];

/** How long ago, from milliseconds: `now`, `12 s ago`, `3 min ago`. A clock that runs ahead counts as now. */
export function formatAge(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (!Number.isFinite(seconds) || seconds < 1) return t("now");
  const step = STEPS.find(({ below }) => seconds < below) ?? STEPS[3];
  return t(step.text, { age: formatNumber(Math.floor(seconds / step.seconds)) });
}
