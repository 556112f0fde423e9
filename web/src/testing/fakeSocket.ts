import type { SocketLike } from "../live/webSocket";

/** For tests: a socket whose other end is the test. */
export class FakeSocket implements SocketLike {
  binaryType: BinaryType = "blob";
  readyState: SocketLike["readyState"] = 0;
  closed = false;
  readonly sent: unknown[] = [];
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;

  send(data: unknown): void {
    this.sent.push(JSON.parse(String(data)));
  }

  close(): void {
    this.closed = true;
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.#call(this.onopen, new Event("open"));
  }

  /** Opens, and receives a first message. */
  becomeLive(): void {
    this.open();
    this.receive({ type: "ping", time: Date.now(), seq: 1 });
  }

  receive(data: unknown): void {
    const raw = typeof data === "string" || data instanceof ArrayBuffer;
    this.#call(this.onmessage, new MessageEvent("message", { data: raw ? data : JSON.stringify(data) }));
  }

  drop(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.#call(this.onclose, new CloseEvent("close", { code, reason }));
  }

  #call<E extends Event>(handler: ((this: WebSocket, event: E) => unknown) | null, event: E): void {
    handler?.call(this as unknown as WebSocket, event);
  }
}
