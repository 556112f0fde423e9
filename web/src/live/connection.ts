export type ConnectionState =
  /** Nothing was heard yet, whether a socket is open or not. */
  | "connecting"
  /** The socket is open and says something. */
  | "live"
  /** No socket gets through; positions are asked for every two seconds. */
  | "polling"
  /** It was open, it is not; `retryAt` says when the next attempt is. */
  | "reconnecting"
  /** The browser says there is no network. */
  | "offline"
  /** The server refused what this client sends (close codes 1009 and 4400): only `retryNow` tries again. */
  | "refused";

/** How far what is told live is behind, and where most of that comes from. */
export interface Lag {
  readonly milliseconds: number;
  readonly cause: "network" | "server" | "browser";
}

export interface Connection {
  readonly state: ConnectionState;
  /** Client time of the next attempt, or null when none is planned. */
  readonly retryAt: number | null;
  /** Add it to `Date.now()` for the time of the server. */
  readonly serverOffset: number;
  /** Messages that could not be understood since the page was opened. */
  readonly garbled: number;
  /** What the server or the connection said went wrong last, in words, or null. */
  readonly problem: string | null;
  /** Null while it is live within two seconds. */
  readonly lag: Lag | null;
}

export const NOT_CONNECTED: Connection = {
  state: "connecting",
  retryAt: null,
  serverOffset: 0,
  garbled: 0,
  problem: null,
  lag: null,
};
