import { t } from "../i18n/t";
import { Value } from "../lib/readable";
import { Throttle } from "../lib/throttle";
import { backOff } from "./backOff";
import { DeviceNumbers } from "./binaryDecoder";
import { REFUSALS, requestedDelay, SERVER_STOPPING } from "./closeCodes";
import type { Connection, ConnectionState } from "./connection";
import { NOT_CONNECTED } from "./connection";
import { LagMonitor } from "./lagMonitor";
import type { Message } from "./message";
import { decodeMessage } from "./messageDecoder";
import { Poller } from "./poller";
import type { ReportedView, ViewMessage } from "./resumption";
import { Resumption } from "./resumption";
import type { OpenSocket, SocketLike } from "./webSocket";
import { liveAddress, openWebSocket, SUBPROTOCOLS } from "./webSocket";

const OPEN = 1; // WebSocket.OPEN
const SILENCE = 25_000; // ms without a message; the server sends one at least every ten seconds
const SILENCE_OFFLINE = 4000; // ms, while the browser is offline; statistics come twice a second
const HANDSHAKE = 10_000; // ms
const STABLE = 5000; // ms a connection must have lasted before its loss counts as a first failure
const FAILURES_BEFORE_POLLING = 3;
const RETRY_WHILE_POLLING = 30_000; // ms
const RESTART_SPREAD = 5000; // ms
const SNAPSHOT_INTERVAL = 2000; // ms

export interface SocketOptions {
  readonly base: string;
  /** Called once for every message. An error that it throws is logged; the connection stays. */
  readonly onMessage: (message: Message) => void;
  readonly open?: OpenSocket;
  readonly random?: () => number;
}

/** Keeps one connection to the server open, or polls while no socket gets through. Never throws on received data. */
export class LiveSocket {
  readonly connection = new Value(NOT_CONNECTED);
  readonly #options: SocketOptions;
  readonly #poller: Poller;
  readonly #requestSnapshot = new Throttle(SNAPSHOT_INTERVAL, () => this.#sendView());
  readonly #lagMonitor = new LagMonitor((lag) => this.#updateConnection({ lag }));
  readonly #deviceNumbers = new DeviceNumbers();
  readonly #resumption = new Resumption();
  #socket: SocketLike | null = null;
  #generation = 0; // grows when the socket is replaced or closed
  #view: ReportedView | null = null;
  #silenceTimer: ReturnType<typeof setTimeout> | null = null;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  #failures = 0;
  #firstMessageAt: number | null = null; // of this connection
  #wasLive = false;
  #polling = false;
  /** The server sent data of the fleet, over the socket or by polling. */
  #hasData = false;
  #garbled = 0;
  #handlerFailed = false;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#poller = new Poller({
      base: options.base,
      onMessage: this.#onPolled,
      onFailure: this.#onPollFailure,
    });
  }

  start(): void {
    window.addEventListener("online", this.retryNow);
    window.addEventListener("offline", this.#onOffline);
    document.addEventListener("visibilitychange", this.#onVisibilityChange);
    this.#connect();
  }

  stop(): void {
    window.removeEventListener("online", this.retryNow);
    window.removeEventListener("offline", this.#onOffline);
    document.removeEventListener("visibilitychange", this.#onVisibilityChange);
    this.#requestSnapshot.stop();
    this.#poller.stop();
    this.#polling = false;
    this.#closeSocket();
  }

  setView(view: ReportedView): void {
    this.#view = view;
    this.#poller.box = view.bbox;
    this.#sendView();
  }

  /** The server answers with a snapshot. */
  #sendView(): void {
    if (this.#view && this.#socket?.readyState === OPEN) this.#send(this.#resumption.viewChanged(this.#view));
  }

  readonly retryNow = (): void => {
    if (this.#socket?.readyState === OPEN) return;
    this.#connect();
  };

  readonly #onVisibilityChange = (): void => {
    if (!document.hidden && this.#retryTimer !== null) this.retryNow();
  };

  /** A server on the same machine is reachable without a network, so received messages count for more than this. */
  readonly #onOffline = (): void => {
    if (this.#socket?.readyState === OPEN) this.#restartSilenceTimer(SILENCE_OFFLINE);
    else if (!this.#polling) this.#updateConnection({ state: "offline" });
  };

  #connect(): void {
    this.#closeSocket();
    this.#firstMessageAt = null;
    const open = this.#options.open ?? openWebSocket;
    const socket = open(liveAddress(this.#options.base), SUBPROTOCOLS);
    this.#socket = socket;
    this.#restartSilenceTimer(HANDSHAKE);
    this.#attachHandlers(socket);
    // Last, because a listener may stop this socket.
    if (!this.#polling) this.#updateConnection({ state: this.#waitingState(), retryAt: null });
  }

  /** The handlers ignore events of this socket, however late, once another socket has replaced it. */
  #attachHandlers(socket: SocketLike): void {
    const ifCurrent = <E>(handler: (event: E) => void) => {
      return (event: E): void => {
        if (socket === this.#socket) handler(event);
      };
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = ifCurrent(this.#onOpen);
    socket.onmessage = ifCurrent(this.#onMessage);
    socket.onclose = ifCurrent(({ code, reason }: CloseEvent) => this.#onClose(code, reason));
    // An error is always followed by a close, which has a code and a reason.
    socket.onerror = null;
  }

  /** Closes the socket and cancels all timers; handlers go first, so that its close event has no effect. */
  #closeSocket(): void {
    for (const timer of [this.#silenceTimer, this.#retryTimer]) if (timer !== null) clearTimeout(timer);
    this.#silenceTimer = this.#retryTimer = null;
    this.#generation += 1;
    this.#lagMonitor.stop();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }

  readonly #onOpen = (): void => {
    this.#restartSilenceTimer(SILENCE);
    if (this.#view) this.#send(this.#resumption.resume(this.#view));
  };

  /** A proxy may accept a socket that never sends anything, so a connection counts as live after its first message. */
  #setLive(): void {
    this.#firstMessageAt = Date.now();
    this.#wasLive = true;
    this.#polling = false;
    this.#poller.stop();
    this.#lagMonitor.start();
    this.#updateConnection({ state: "live", retryAt: null, problem: null });
  }

  readonly #onMessage = (event: MessageEvent): void => {
    this.#restartSilenceTimer(SILENCE);
    const generation = this.#generation;
    if (this.#firstMessageAt === null) this.#setLive();
    // A listener may have stopped this socket.
    if (generation !== this.#generation) return;
    const message = decodeMessage(event.data, this.#deviceNumbers);
    // Before the handler, which may throw, pan, stop this or replace the connection.
    this.#resumption.onMessage(message);
    if (message) {
      this.#lagMonitor.onMessage(message);
      this.#handle(message);
    } else this.#countGarbled(1);
  };

  #handle(message: Message): void {
    if (message.type === "unknown") return;
    if (message.type === "error") {
      this.#updateConnection({ problem: message.detail });
      return;
    }
    const generation = this.#generation;
    this.#deliver(message);
    if (generation !== this.#generation) return;
    if (message.type !== "ping") this.#hasData = true;
    const complete = message.type === "snapshot" && message.garbled === 0;
    if (complete && this.connection.get().problem) this.#updateConnection({ problem: null });
    if (message.time !== null) this.#setClock(message.time);
    if ("garbled" in message && message.garbled > 0) this.#countGarbled(message.garbled);
  }

  /** A marker that cannot be drawn must not end the link, so everything is caught here. */
  #deliver(message: Message): void {
    try {
      this.#options.onMessage(message);
    } catch (error) {
      // A handler that fails once usually fails with every frame, twenty times a second.
      if (!this.#handlerFailed) console.error(error);
      this.#handlerFailed = true;
    }
  }

  #onClose(code: number, reason: string): void {
    this.#closeSocket();
    const refusal = REFUSALS.get(code);
    if (refusal) {
      this.#updateConnection({ state: "refused", problem: t(refusal), retryAt: null });
      return;
    }
    // A server that closes each connection at once must not get retries without a delay either.
    const lasted = this.#firstMessageAt === null ? 0 : Date.now() - this.#firstMessageAt;
    this.#failures = lasted > STABLE ? 1 : this.#failures + 1;
    const hadNoMessage = this.#firstMessageAt === null;
    this.#firstMessageAt = null;
    if (hadNoMessage && this.#failures >= FAILURES_BEFORE_POLLING) this.#poller.start();
    const random = this.#options.random ?? Math.random;
    this.#scheduleRetry(requestedDelay(reason) ?? this.#retryDelay(code, random));
  }

  #retryDelay(code: number, random: () => number): number {
    if (code === SERVER_STOPPING) return RESTART_SPREAD * random();
    return this.#polling ? RETRY_WHILE_POLLING : backOff(this.#failures - 1, random);
  }

  #scheduleRetry(wait: number): void {
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), wait);
    const state = this.#polling ? "polling" : this.#waitingState();
    this.#updateConnection({ state, retryAt: this.#polling ? null : Date.now() + wait });
  }

  #waitingState(): ConnectionState {
    if (!navigator.onLine) return "offline";
    return !this.#hasData && this.#failures < FAILURES_BEFORE_POLLING ? "connecting" : "reconnecting";
  }

  readonly #onPolled = (message: Message): void => {
    // The positions on the map did not come from the socket.
    this.#resumption.forget();
    const generation = this.#generation;
    if (!this.#polling) this.#beginPolling();
    if (generation === this.#generation) this.#handle(message);
  };

  /** When a server answers again, the socket usually works again too, so it is tried at once. */
  #beginPolling(): void {
    this.#polling = true;
    if (this.#retryTimer !== null) this.#scheduleRetry(this.#wasLive ? 0 : RETRY_WHILE_POLLING);
    this.#updateConnection({ state: "polling", retryAt: null, problem: null });
  }

  readonly #onPollFailure = (problem: string): void => {
    this.#updateConnection({ problem });
    if (!this.#polling) return;
    this.#polling = false;
    this.#failures = 1;
    if (this.#retryTimer !== null) this.#scheduleRetry(backOff(0, this.#options.random ?? Math.random));
  };

  #restartSilenceTimer(limit: number): void {
    if (this.#silenceTimer !== null) clearTimeout(this.#silenceTimer);
    this.#silenceTimer = setTimeout(() => this.#onClose(0, ""), limit);
  }

  #send(message: ViewMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #setClock(serverTime: number): void {
    const offset = serverTime - Date.now();
    // Smaller differences are the way of the message, not the clocks.
    if (Math.abs(offset - this.connection.get().serverOffset) > 500) this.#updateConnection({ serverOffset: offset });
  }

  /** Requests a snapshot, which brings the positions that the message held. */
  #countGarbled(count: number): void {
    this.#garbled += count;
    this.#requestSnapshot.schedule();
    this.#updateConnection({
      garbled: this.#garbled,
      problem: t("The server sent a message that this page cannot read."),
    });
  }

  #updateConnection(change: Partial<Connection>): void {
    this.connection.set({ ...this.connection.get(), ...change });
  }
}
