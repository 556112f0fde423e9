import { t } from "../i18n/t";
import { Pace } from "../lib/pace";
import { Value } from "../lib/readable";
import { backOff } from "./backOff";
import { Names } from "./binary";
import { askedWait, REFUSALS, SERVER_STOPPING } from "./closing";
import type { Connection, ConnectionState } from "./connection";
import { NOT_CONNECTED } from "./connection";
import { LagWatch } from "./lagWatch";
import type { Message } from "./message";
import { readMessage } from "./messageDecoder";
import { Poller } from "./poller";
import type { ReportedView, ViewMessage } from "./resumption";
import { Resumption } from "./resumption";
import type { OpenSocket, SocketLike } from "./webSocket";
import { liveAddress, openWebSocket, SUBPROTOCOLS } from "./webSocket";

const OPEN = 1; // WebSocket.OPEN
const SILENCE = 25_000; // ms; the server says something every ten seconds
const SILENCE_OFFLINE = 4000; // ms, where the browser says that there is no network; statistics come twice a second
const HANDSHAKE = 10_000; // ms
const STEADY = 5000; // ms a link must have lasted before its loss counts as a first failure
const FAILURES_BEFORE_POLLING = 3;
const RETRY_WHILE_POLLING = 30_000; // ms
const RESTART_SPREAD = 5000; // ms
const ANEW_PACE = 2000; // ms

export interface SocketOptions {
  readonly base: string;
  /** Hears of every message once. What it throws is reported, and ends nothing. */
  readonly onMessage: (message: Message) => void;
  readonly open?: OpenSocket;
  readonly random?: () => number;
}

/** Keeps one link to the server open, or polls where no socket gets through. Never throws at what it is sent. */
export class LiveSocket {
  readonly connection = new Value(NOT_CONNECTED);
  readonly #options: SocketOptions;
  readonly #poller: Poller;
  readonly #askAnew = new Pace(ANEW_PACE, () => this.#lookAnew());
  readonly #lagWatch = new LagWatch((lag) => this.#tell({ lag }));
  readonly #names = new Names();
  readonly #resumption = new Resumption();
  #socket: SocketLike | null = null;
  #turns = 0; // grows whenever the socket is replaced or dropped
  #view: ReportedView | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #failures = 0;
  #heardAt: number | null = null; // when the link said something first
  #everHeard = false;
  #polling = false;
  /** The server said something of the fleet, by whichever way. */
  #everTold = false;
  #garbled = 0;
  #handlerFailed = false;

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
    this.#askAnew.stop();
    this.#poller.stop();
    this.#polling = false;
    this.#drop();
  }

  setView(view: ReportedView): void {
    this.#view = view;
    this.#poller.box = view.bbox;
    this.#lookAnew();
  }

  /** The answer is a snapshot, whatever was had. */
  #lookAnew(): void {
    if (this.#view && this.#socket?.readyState === OPEN) this.#send(this.#resumption.change(this.#view));
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
    this.#heardAt = null;
    const open = this.#options.open ?? openWebSocket;
    const socket = open(liveAddress(this.#options.base), SUBPROTOCOLS);
    this.#socket = socket;
    this.#listenFor(HANDSHAKE);
    this.#heed(socket);
    // Last, for who hears of it may stop this.
    if (!this.#polling) this.#tell({ state: this.#waitingState(), retryAt: null });
  }

  /** Hears of this socket only for as long as no other has taken its place, however late its frames come. */
  #heed(socket: SocketLike): void {
    const ifCurrent = <E>(handler: (event: E) => void) => {
      return (event: E): void => {
        if (socket === this.#socket) handler(event);
      };
    };
    socket.binaryType = "arraybuffer";
    socket.onopen = ifCurrent(this.#opened);
    socket.onmessage = ifCurrent(this.#heard);
    socket.onclose = ifCurrent(({ code, reason }: CloseEvent) => this.#lost(code, reason));
    // An error is always followed by a close, which says more.
    socket.onerror = null;
  }

  /** Forgets the socket and whatever was planned; handlers first, so that its end is not heard of. */
  #drop(): void {
    for (const timer of [this.#silence, this.#retry]) if (timer !== null) clearTimeout(timer);
    this.#silence = this.#retry = null;
    this.#turns += 1;
    this.#lagWatch.stop();
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }

  readonly #opened = (): void => {
    this.#listenFor(SILENCE);
    if (this.#view) this.#send(this.#resumption.comeBack(this.#view));
  };

  /** Whatever accepts a socket may still have nothing to say, so only a link that was heard counts as one. */
  #becomeLive(): void {
    this.#heardAt = Date.now();
    this.#everHeard = true;
    this.#polling = false;
    this.#poller.stop();
    this.#lagWatch.start();
    this.#tell({ state: "live", retryAt: null, problem: null });
  }

  readonly #heard = (event: MessageEvent): void => {
    this.#listenFor(SILENCE);
    const turn = this.#turns;
    if (this.#heardAt === null) this.#becomeLive();
    // Who hears of it may stop this.
    if (turn !== this.#turns) return;
    const message = readMessage(event.data, this.#names);
    // Before the handler hears of it, which may throw, pan, stop this or replace the link.
    this.#resumption.take(message);
    if (message) {
      this.#lagWatch.heard(message);
      this.#pass(message);
    } else this.#countGarbled(1);
  };

  #pass(message: Message): void {
    if (message.type === "unknown") return;
    if (message.type === "error") {
      this.#tell({ problem: message.detail });
      return;
    }
    const turn = this.#turns;
    this.#deliver(message);
    if (turn !== this.#turns) return;
    if (message.type !== "ping") this.#everTold = true;
    const whole = message.type === "snapshot" && message.garbled === 0;
    if (whole && this.connection.get().problem) this.#tell({ problem: null });
    if (message.time !== null) this.#setClock(message.time);
    if ("garbled" in message && message.garbled > 0) this.#countGarbled(message.garbled);
  }

  /** A marker that cannot be drawn must not end the link, so everything is caught here. */
  #deliver(message: Message): void {
    try {
      this.#options.onMessage(message);
    } catch (error) {
      // What fails once fails as a rule with every frame, twenty times a second.
      if (!this.#handlerFailed) console.error(error);
      this.#handlerFailed = true;
    }
  }

  #lost(code: number, reason: string): void {
    this.#drop();
    const refusal = REFUSALS.get(code);
    if (refusal) {
      this.#tell({ state: "refused", problem: t(refusal), retryAt: null });
      return;
    }
    // A link that opens and closes at once must not be hammered either.
    const lasted = this.#heardAt === null ? 0 : Date.now() - this.#heardAt;
    this.#failures = lasted > STEADY ? 1 : this.#failures + 1;
    const neverHeard = this.#heardAt === null;
    this.#heardAt = null;
    if (neverHeard && this.#failures >= FAILURES_BEFORE_POLLING) this.#poller.start();
    const random = this.#options.random ?? Math.random;
    this.#retryIn(askedWait(reason) ?? this.#wait(code, random));
  }

  #wait(code: number, random: () => number): number {
    if (code === SERVER_STOPPING) return RESTART_SPREAD * random();
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
    return !this.#everTold && this.#failures < FAILURES_BEFORE_POLLING ? "connecting" : "reconnecting";
  }

  readonly #polled = (message: Message): void => {
    // What the map holds now was not told by the socket.
    this.#resumption.forget();
    const turn = this.#turns;
    if (!this.#polling) this.#beginPolling();
    if (turn === this.#turns) this.#pass(message);
  };

  /** A server that answers again, having been away, is as a rule there for the socket too: that is tried first. */
  #beginPolling(): void {
    this.#polling = true;
    if (this.#retry !== null) this.#retryIn(this.#everHeard ? 0 : RETRY_WHILE_POLLING);
    this.#tell({ state: "polling", retryAt: null, problem: null });
  }

  readonly #pollFailed = (problem: string): void => {
    this.#tell({ problem });
    if (!this.#polling) return;
    this.#polling = false;
    this.#failures = 1;
    if (this.#retry !== null) this.#retryIn(backOff(0, this.#options.random ?? Math.random));
  };

  #listenFor(limit: number): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(0, ""), limit);
  }

  #send(message: ViewMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #setClock(serverTime: number): void {
    const offset = serverTime - Date.now();
    // Smaller differences are the way of the message, not the clocks.
    if (Math.abs(offset - this.connection.get().serverOffset) > 500) this.#tell({ serverOffset: offset });
  }

  /** What was lost with it is had from a snapshot. */
  #countGarbled(count: number): void {
    this.#garbled += count;
    this.#askAnew.ask();
    this.#tell({ garbled: this.#garbled, problem: t("The server said something that could not be understood.") });
  }

  #tell(change: Partial<Connection>): void {
    this.connection.set({ ...this.connection.get(), ...change });
  }
}
