import { backOff } from "./backOff";
import type { Message } from "./message";
import { readMessage } from "./message";
import { Pace } from "./pace";
import { Poller } from "./poller";
import { Value } from "./readable";
import type { Box, Connection, ConnectionState } from "./types";

export const SUBPROTOCOL = "herenow.json.v1";
const OPEN = 1; // WebSocket.OPEN
const SILENCE = 25_000; // ms; the server says something every ten seconds
const SILENCE_OFFLINE = 4000; // ms, where the browser says that there is no network; statistics come every second
const HANDSHAKE = 10_000; // ms
const STEADY = 5000; // ms a link must have lasted before its loss counts as a first failure
const FAILURES_BEFORE_POLLING = 3;
const RETRY_WHILE_POLLING = 30_000; // ms
const RESTART_SPREAD = 5000; // ms
const LAST_DATA_PACE = 1000; // ms
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [1009, "The server refused a message as too large."],
  [4400, "The server could not understand what this page sends. Reload it: it may be out of date."],
]);
const SERVER_STOPPING = 1012;

/** The part of a WebSocket that is used, so that tests can stand in for it. */
export type SocketLike = Pick<
  WebSocket,
  "readyState" | "send" | "close" | "onopen" | "onmessage" | "onclose" | "onerror"
>;

export interface SocketOptions {
  readonly base: string;
  readonly onMessage: (message: Message) => void;
  readonly open?: (url: URL, subprotocol: string) => SocketLike;
  readonly random?: () => number;
}

export interface ReportedView {
  readonly bbox: Box;
  readonly zoom: number;
}

/** Keeps one link to the server open, or polls where no socket gets through. Never throws at what it is sent. */
export class LiveSocket {
  readonly connection = new Value<Connection>({
    state: "connecting",
    retryAt: null,
    lastData: null,
    serverOffset: 0,
    garbled: 0,
    problem: null,
  });
  readonly #options: SocketOptions;
  readonly #poller: Poller;
  readonly #tellLastData = new Pace(LAST_DATA_PACE, () => this.#tell({ lastData: this.#lastData }));
  #socket: SocketLike | null = null;
  #view: ReportedView | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #failures = 0;
  #openedAt: number | null = null;
  #everOpened = false;
  #polling = false;
  #lastData: number | null = null;
  #garbled = 0;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#poller = new Poller({
      base: options.base,
      onMessage: this.#polled,
      onFailure: this.#pollFailed,
    });
  }

  start(): void {
    window.addEventListener("online", this.retryNow);
    window.addEventListener("offline", this.#wentOffline);
    document.addEventListener("visibilitychange", this.#cameBack);
    this.#connect();
  }

  stop(): void {
    window.removeEventListener("online", this.retryNow);
    window.removeEventListener("offline", this.#wentOffline);
    document.removeEventListener("visibilitychange", this.#cameBack);
    this.#tellLastData.stop();
    this.#poller.stop();
    this.#drop();
  }

  setView(view: ReportedView): void {
    this.#view = view;
    this.#poller.box = view.bbox;
    this.#sendView();
  }

  readonly retryNow = (): void => {
    if (this.#socket?.readyState === OPEN) return;
    this.#connect();
  };

  readonly #cameBack = (): void => {
    if (!document.hidden && this.#retry !== null) this.retryNow();
  };

  /** A server on the same machine is still there without a network, so what is heard counts for more than this. */
  readonly #wentOffline = (): void => {
    if (this.#socket?.readyState === OPEN) this.#listenFor(SILENCE_OFFLINE);
    else if (!this.#polling) this.#tell({ state: "offline" });
  };

  #connect(): void {
    this.#drop();
    this.#openedAt = null;
    if (!this.#polling) this.#tell({ state: this.#waitingState(), retryAt: null });
    const url = new URL("ws/locations", this.#options.base);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.hash = "";
    const open = this.#options.open ?? ((address, subprotocol) => new WebSocket(address, subprotocol));
    const socket = open(url, SUBPROTOCOL);
    this.#socket = socket;
    this.#listenFor(HANDSHAKE);
    socket.onopen = this.#opened;
    socket.onmessage = this.#heard;
    socket.onclose = (event) => this.#lost(event.code);
    // An error is always followed by a close, which says more.
    socket.onerror = null;
  }

  /** Forgets the socket and whatever was planned; handlers first, so that its end is not heard of. */
  #drop(): void {
    for (const timer of [this.#silence, this.#retry]) if (timer !== null) clearTimeout(timer);
    this.#silence = this.#retry = null;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }

  readonly #opened = (): void => {
    this.#openedAt = Date.now();
    this.#everOpened = true;
    this.#polling = false;
    this.#poller.stop();
    this.#listenFor(SILENCE);
    this.#sendView();
    this.#tell({ state: "live", retryAt: null, problem: null });
  };

  readonly #heard = (event: MessageEvent): void => {
    this.#listenFor(SILENCE);
    const message = readMessage(event.data);
    if (message) this.#take(message);
    else this.#countGarbled(1);
  };

  #take(message: Message): void {
    if (message.type === "unknown") return;
    if (message.type === "error") {
      this.#tell({ problem: message.detail });
      return;
    }
    if (message.time !== null) this.#setClock(message.time);
    if ("garbled" in message && message.garbled > 0) this.#countGarbled(message.garbled);
    if (message.type !== "ping") this.#markData();
    this.#options.onMessage(message);
  }

  #lost(code: number): void {
    this.#drop();
    const refusal = REFUSALS.get(code);
    if (refusal) {
      this.#tell({ state: "refused", problem: refusal, retryAt: null });
      return;
    }
    // A link that opens and closes at once must not be hammered either.
    const lasted = this.#openedAt === null ? 0 : Date.now() - this.#openedAt;
    this.#failures = lasted > STEADY ? 1 : this.#failures + 1;
    const neverOpened = this.#openedAt === null;
    this.#openedAt = null;
    if (neverOpened && this.#failures >= FAILURES_BEFORE_POLLING) this.#poller.start();
    const random = this.#options.random ?? Math.random;
    this.#retryIn(code === SERVER_STOPPING ? RESTART_SPREAD * random() : this.#wait(random));
  }

  #wait(random: () => number): number {
    return this.#polling ? RETRY_WHILE_POLLING : backOff(this.#failures - 1, random);
  }

  #retryIn(wait: number): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), wait);
    const state = this.#polling ? "polling" : this.#waitingState();
    this.#tell({ state, retryAt: this.#polling ? null : Date.now() + wait });
  }

  #waitingState(): ConnectionState {
    if (!navigator.onLine) return "offline";
    return this.#lastData === null && this.#failures < FAILURES_BEFORE_POLLING ? "connecting" : "reconnecting";
  }

  readonly #polled = (message: Message): void => {
    if (!this.#polling) this.#beginPolling();
    this.#take(message);
  };

  /** A server that answers again, having been away, is as a rule there for the socket too: that is tried first. */
  #beginPolling(): void {
    this.#polling = true;
    if (this.#retry !== null) this.#retryIn(this.#everOpened ? 0 : RETRY_WHILE_POLLING);
    this.#tell({ state: "polling", retryAt: null, problem: null });
  }

  readonly #pollFailed = (problem: string): void => {
    this.#tell({ problem });
    if (!this.#polling) return;
    this.#polling = false;
    this.#failures = 1;
    if (this.#retry !== null) this.#retryIn(this.#wait(this.#options.random ?? Math.random));
  };

  #listenFor(limit: number): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(0), limit);
  }

  #sendView(): void {
    if (!this.#view || this.#socket?.readyState !== OPEN) return;
    this.#socket.send(JSON.stringify({ type: "view", ...this.#view }));
  }

  #setClock(serverTime: number): void {
    const offset = serverTime - Date.now();
    // Smaller differences are the way of the message, not the clocks.
    if (Math.abs(offset - this.connection.get().serverOffset) > 500) this.#tell({ serverOffset: offset });
  }

  #markData(): void {
    this.#lastData = Date.now();
    this.#tellLastData.ask();
  }

  #countGarbled(count: number): void {
    this.#garbled += count;
    this.#tell({ garbled: this.#garbled, problem: "The server said something that could not be understood." });
  }

  #tell(change: Partial<Connection>): void {
    this.connection.set({ ...this.connection.get(), ...change });
  }
}
