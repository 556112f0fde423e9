import { vi } from "vitest";
import type { Message } from "../live/message";
import type { ViewMessage } from "../live/resumption";
import { LiveSocket } from "../live/socket";
import { TestSocket } from "./testSocket";

/** For tests: a live socket whose other ends, one after the other, are the test. */
export class TestLink {
  readonly wires: TestSocket[] = [];
  readonly addresses: string[] = [];
  readonly offered: string[][] = [];
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

  /** Time stands, and no request gets through, until `end`. */
  static begin(): TestLink {
    vi.useFakeTimers();
    vi.stubGlobal(
      "fetch",
      vi.fn(async () => Promise.reject(new TypeError("no network"))),
    );
    return new TestLink();
  }

  end(): void {
    this.socket.stop();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }

  get newest(): TestSocket {
    const wire = this.wires.at(-1);
    if (!wire) throw new Error("no socket was opened");
    return wire;
  }

  /** The view that was said last. */
  get said(): ViewMessage | undefined {
    return this.newest.sent.at(-1) as ViewMessage | undefined;
  }

  /** The server answers that view. */
  answer(seq: number, epoch = "a", type = "snapshot"): void {
    this.newest.says({ type, view: this.said?.id, epoch, seq, time: Date.now(), positions: [] });
  }

  update(seq: number, epoch = "a", wire = this.newest): void {
    wire.says({ type: "update", epoch, seq, time: Date.now(), positions: [] });
  }

  ping(seq: number): void {
    this.newest.says({ type: "ping", time: Date.now(), seq });
  }

  /** The link breaks and is there again; gives what the server is then offered to go on from. */
  comeBack(): ViewMessage["resume"] {
    this.newest.ends();
    this.socket.retryNow();
    this.newest.opens();
    return this.said?.resume;
  }

  #open(url: URL, subprotocols: string[]): TestSocket {
    this.addresses.push(url.href);
    this.offered.push(subprotocols);
    const wire = new TestSocket();
    this.wires.push(wire);
    return wire;
  }
}
