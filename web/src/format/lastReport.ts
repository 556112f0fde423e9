import type { Device } from "../api/devices";
import { t } from "../i18n/t";
import { formatAge } from "./age";
import { formatDuration } from "./duration";

const PROMPT = 60_000; // ms from a fix to its reception in which they count as one time

/** The age of the last report of a device, and the age of its newest fix when that differs. */
export function formatLastReport(
  { last_heard, position }: Pick<Device, "last_heard" | "position">,
  now: number,
): string {
  const last = formatAge(now - last_heard);
  if (!position || Math.abs(last_heard - position.time) < PROMPT) return last;
  return t("{{last}}, fix {{fix}}", { last, fix: formatAge(now - position.time) });
}

/** How far a clock is ahead, negative where it is behind; from milliseconds, to the nearest minute. */
export function formatClockOffset(offset: number): string {
  const by = formatDuration(Math.round(Math.abs(offset) / 60_000) * 60_000);
  return offset > 0 ? t("clock {{by}} ahead", { by }) : t("clock {{by}} behind", { by });
}
