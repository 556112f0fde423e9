import { vi } from "vitest";
import { LiveSocket } from "../live/liveSocket";
import type { Message } from "../live/message";
import type { ReportedView, ViewMessage } from "../live/resumption";
import { FakeSocket } from "./fakeSocket";

/** For tests: a live socket whose other ends, one after the other, are the test. */
export class FakeConnection {
  readonly sockets: FakeSocket[] = [];
  readonly addresses: string[] = [];
  readonly offeredProtocols: string[][] = [];
  readonly messages: Message[] = [];
  /** What is to be done with a message, after it was noted. */
  handler: (message: Message) => void = () => undefined;
  readonly socket = new LiveSocket({
    base: "https://example.org/maps/",
    onMessage: (message) => {
      this.messages.push(message);
      this.handler(message);
    },
    random: () => 1,
    open: (url, subprotocols) => this.#open(url, subprotocols),
  });

  /** Fakes the timers, and lets no request through, until `end`. */
  static create(): FakeConnection {
    vi.useFakeTimers();
    vi.stubGlobal(
      "fetch",
      vi.fn(async () => Promise.reject(new TypeError("no network"))),
    );
    return new FakeConnection();
  }

  /** As `create`, with a socket that is open and subscribed to a view. */
  static subscribed(view: ReportedView): FakeConnection {
    const connection = FakeConnection.create();
    connection.socket.setView(view);
    connection.socket.start();
    connection.newest.open();
    return connection;
  }

  end(): void {
    this.socket.stop();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }

  get newest(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  /** The last view message. */
  get lastView(): ViewMessage | undefined {
    return this.newest.sent.at(-1) as ViewMessage | undefined;
  }

  /** The server answers that view. */
  answer(seq: number, epoch = "a", type = "snapshot"): void {
    this.newest.receive({ type, view: this.lastView?.id, epoch, seq, time: Date.now(), positions: [] });
  }

  update(seq: number, epoch = "a", socket = this.newest): void {
    socket.receive({ type: "update", epoch, seq, time: Date.now(), positions: [] });
  }

  ping(seq: number): void {
    this.newest.receive({ type: "ping", time: Date.now(), seq });
  }

  /** The link breaks and is there again; gives what the server is then offered to go on from. */
  reconnect(): ViewMessage["resume"] {
    this.newest.drop();
    this.socket.retryNow();
    this.newest.open();
    return this.lastView?.resume;
  }

  #open(url: URL, subprotocols: string[]): FakeSocket {
    this.addresses.push(url.href);
    this.offeredProtocols.push(subprotocols);
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }
}
