import { formatAge } from "../../format/age";
import { formatNumber } from "../../format/number";
import { type Label, t } from "../../i18n/t";
import type { Connection, Lag } from "../../live/connection";
import type { Stats } from "../../live/stats";

export interface ConnectionText {
  /** For the badge: one word. */
  readonly label: string;
  readonly tone: "good" | "quiet" | "warn" | "bad";
  /** For the banner, null when all is well. Does not change from second to second, so it can be read out. */
  readonly message: string | null;
  /** What does change from second to second. */
  readonly countdown: string | null;
  readonly canRetry: boolean;
}

const idle = { message: null, countdown: null, canRetry: false } as const;

/** The state of the connection in words. `now` is the time of the browser; `data` is the age of the newest data. */
export function connectionText(connection: Connection, now: number, data: string | null = null): ConnectionText {
  switch (connection.state) {
    case "connecting":
      return { ...idle, label: t("Connecting"), tone: "quiet" };
    case "live":
      return liveText(connection);
    case "polling":
      return {
        label: t("Polling"),
        tone: "warn",
        message: t("Live updates by polling: WebSockets are blocked."),
        countdown: null,
        canRetry: true,
      };
    case "reconnecting":
      return {
        label: t("Reconnecting"),
        tone: "warn",
        message: t("The connection to the server was lost."),
        countdown: countdown(connection.retryAt, now),
        canRetry: true,
      };
    case "offline":
      return {
        label: t("Offline"),
        tone: "bad",
        message: t("You are offline. The page keeps what it shows."),
        countdown: data,
        canRetry: false,
      };
    case "refused":
      return {
        label: t("Refused"),
        tone: "bad",
        message: connection.problem ?? t("The server refused a request of this page."),
        countdown: null,
        canRetry: true,
      };
  }
}

function liveText({ problem, lag }: Connection): ConnectionText {
  // A problem lasts until a snapshot restores the state, usually for a moment.
  return { ...idle, label: t("Live"), tone: problem || lag ? "warn" : "good", message: problem || null };
}

function countdown(retryAt: number | null, now: number): string {
  const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return seconds <= 0 ? t("Reconnecting now…") : t("Reconnecting in {{seconds}} s.", { seconds });
}

/** The age of the last report of the fleet, by the clock of the server, connected or not: `last data 3 s ago`. Null
 * while that is not known, as after a restart of the server. */
export function dataText(stats: Pick<Stats, "devices" | "newest"> | null, serverNow: number): string | null {
  if (stats?.devices === 0) return t("no data yet");
  const newest = stats?.newest ?? null;
  return newest === null ? null : t("last data {{age}}", { age: formatAge(serverNow - newest) });
}

const CAUSES: Readonly<Record<Lag["cause"], Label>> = {
  network: "The network between here and the server is slow.",
  server: "The server is busy: positions are waiting.",
  browser: "Your browser is falling behind.",
};

/** `3.4 s behind`, `+3.4 s` where there is no room, and the likely cause. */
export function lagText({ milliseconds, cause }: Lag) {
  const seconds = formatNumber(milliseconds / 1000, 1);
  return {
    amount: t("{{seconds}} s behind", { seconds }),
    short: t("+{{seconds}} s", { seconds }),
    cause: t(CAUSES[cause]),
  };
}
