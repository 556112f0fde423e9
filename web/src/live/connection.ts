export type ConnectionState =
  /** No message was received yet, whether a socket is open or not. */
  | "connecting"
  /** The socket is open and receives messages. */
  | "live"
  /** No socket gets through; the page polls positions every two seconds. */
  | "polling"
  /** The connection was lost; `retryAt` is the time of the next attempt. */
  | "reconnecting"
  /** The browser reports that there is no network. */
  | "offline"
  /** The server refused what this client sends (close codes 1009 and 4400): only `retryNow` tries again. */
  | "refused";

/** The delay of live data, and its main cause. */
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
  /** The last problem of the connection as a text, or null. */
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
