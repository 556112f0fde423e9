import { t } from "../i18n/t";

/** `40 s`, `5 min`, `2 h 05 min`, `3 d 4 h`; from milliseconds, rounded down. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return t("{{seconds}} s", { seconds });
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return t("{{minutes}} min", { minutes });
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return t("{{hours}} h {{minutes}} min", { hours, minutes: String(minutes % 60).padStart(2, "0") });
  return t("{{days}} d {{hours}} h", { days: Math.floor(hours / 24), hours: hours % 24 });
}
