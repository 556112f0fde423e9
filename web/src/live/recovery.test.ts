import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeConnection } from "../testing/fakeConnection";
import { STATS } from "../testing/fakeEngine";
import type { FakeSocket } from "../testing/fakeSocket";
import type { LiveSocket } from "./liveSocket";
import type { Message } from "./message";
import { REQUESTED_COLUMNS } from "./position";

/** Faults of reconnecting clients, from the issues of Centrifugo: each is a promise here. */

const HERE = { bbox: [24, 60, 25, 61] as const, zoom: 10 };
const THERE = { bbox: [2, 48, 3, 49] as const, zoom: 10 };
let link: FakeConnection;
let socket: LiveSocket;

beforeEach(() => {
  link = FakeConnection.subscribed(HERE);
  socket = link.socket;
});

afterEach(() => link.end());

function seqs(): unknown[] {
  return link.messages.map((message) => ("seq" in message ? message.seq : message.type));
}

/** Does something within the handler of the next message alone. */
function onceLive(act: (message: Message) => void): void {
  link.handler = (message) => {
    link.handler = () => undefined;
    act(message);
  };
}

describe("the position is advanced before the handler runs, so that", () => {
  test("a handler that throws gets no message twice, is logged once, and ends nothing", () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => undefined);
    link.answer(41);
    const failure = new Error("a marker that cannot be drawn");
    link.handler = () => {
      throw failure;
    };
    link.update(42);
    link.update(43);
    expect(report.mock.calls).toEqual([[failure]]);
    expect(socket.connection.get().state).toBe("live");
    expect(seqs()).toEqual([41, 42, 43]);
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 43 });
  });

  test("a handler that stops and starts again goes on after its message, however soon the link is there", () => {
    link.answer(41);
    onceLive(() => {
      socket.stop();
      socket.start();
      link.newest.open();
    });
    link.update(42);
    expect(link.lastView?.resume).toEqual({ epoch: "a", seq: 42 });
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 42 });
  });

  test("a handler that pans leaves no position of the view before", () => {
    onceLive(() => socket.setView(THERE));
    link.answer(41);
    expect(link.lastView).toEqual({ type: "view", id: 2, columns: REQUESTED_COLUMNS, ...THERE });
    expect(link.reconnect()).toBeUndefined();
  });
});

describe("from a link that was replaced", () => {
  /** Another link takes its place while the handler of a message runs; gives what the old one would call. */
  function replaceWithin(act: () => void): { socket: FakeSocket; late: (message: unknown) => void } {
    const socket = link.newest;
    const { onmessage, onclose, onopen } = socket;
    onceLive(act);
    link.update(42, "a", socket);
    const late = (message: unknown): void => {
      Object.assign(socket, { onmessage, onclose, onopen });
      socket.receive(message);
    };
    return { socket, late };
  }

  const LATE = { type: "update", epoch: "a", seq: 43, positions: [] };

  test.each<[string, () => void]>([
    ["by retryNow", () => retryWhileClosing()],
    ["by stop and start", () => restart()],
  ])("%s within a handler nothing is delivered, and nothing twice", (_, act) => {
    link.answer(41);
    const { late } = replaceWithin(act);
    late(LATE);
    expect(seqs()).toEqual([41, 42]);
    link.newest.open();
    expect(link.lastView?.resume).toEqual({ epoch: "a", seq: 42 });
    late(LATE);
    link.newest.receive({ type: "update", view: link.lastView?.id, epoch: "a", seq: 43, positions: [] });
    expect(seqs()).toEqual([41, 42, 43]);
  });

  test("its open and close events have no effect", () => {
    link.answer(41);
    const { socket: replaced, late } = replaceWithin(restart);
    link.newest.open();
    late(LATE);
    const sent = replaced.sent.length;
    replaced.drop(4400);
    replaced.open();
    expect(replaced.sent).toHaveLength(sent);
    link.update(44);
    expect(socket.connection.get().state).toBe("live");
    expect(link.sockets).toHaveLength(2);
  });

  function retryWhileClosing(): void {
    link.newest.readyState = 2;
    socket.retryNow();
  }

  function restart(): void {
    socket.stop();
    socket.start();
  }
});

describe("after stop nothing is delivered", () => {
  test("though it is called within a handler and more frames are there", () => {
    const { onmessage } = link.newest;
    onceLive(() => socket.stop());
    link.answer(41);
    link.newest.onmessage = onmessage;
    link.update(42);
    expect(seqs()).toEqual([41]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("even when a listener of the connection calls it", () => {
    socket.connection.subscribe(() => socket.stop());
    link.newest.receive("garbage");
    link.update(42);
    expect(link.messages).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("though it is called within the handler of what was polled", async () => {
    onceLive(() => socket.stop());
    await poll();
    expect(link.messages.map((message) => message.type)).toEqual(["snapshot"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("even when a listener of the polling state calls it", async () => {
    socket.connection.subscribe(() => {
      if (socket.connection.get().state === "polling") socket.stop();
    });
    await poll();
    expect(link.messages).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("and a start after polling is one as any other", async () => {
    await poll();
    expect(socket.connection.get().state).toBe("polling");
    socket.stop();
    socket.start();
    expect(socket.connection.get().state).not.toBe("polling");
  });

  /** No socket gets through, and the server answers by HTTP alone. */
  async function poll(): Promise<void> {
    for (let i = 0; i < 3; i += 1) {
      link.newest.drop();
      await vi.advanceTimersByTimeAsync(1000 * 2 ** i);
    }
    vi.stubGlobal(
      "fetch",
      vi.fn(async (url: URL) => Response.json(url.pathname.endsWith("/stats") ? STATS : { positions: [] })),
    );
    await vi.advanceTimersByTimeAsync(60_000);
  }
});

describe("an epoch and its seq are one value:", () => {
  test("a new epoch comes with its own seq", () => {
    link.answer(41);
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 41 });
    link.answer(3, "b");
    expect(link.reconnect()).toEqual({ epoch: "b", seq: 3 });
  });

  test("a ping of a restarted server is not taken for one of the epoch before", () => {
    link.answer(41);
    link.reconnect();
    link.ping(2);
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 41 });
  });

  test("a link that breaks between two views leaves neither", () => {
    link.answer(41);
    socket.setView(THERE);
    link.ping(42);
    expect(link.reconnect()).toBeUndefined();
    link.ping(2);
    expect(link.reconnect()).toBeUndefined();
    link.answer(5, "b");
    expect(link.reconnect()).toEqual({ epoch: "b", seq: 5 });
  });

  test.each([{ epoch: "b" }, { seq: 42 }, {}])("a frame that has but %j leaves neither", (half) => {
    link.answer(41);
    link.newest.receive({ type: "update", ...half, positions: [] });
    expect(link.reconnect()).toBeUndefined();
  });
});

describe("nothing to go on from is offered after a gap:", () => {
  test("an update from before the answer to the latest view is none of that view", () => {
    link.answer(41);
    socket.setView(THERE);
    link.update(42);
    expect(link.reconnect()).toBeUndefined();
  });

  test("the answer to the view before is none to the latest", () => {
    socket.setView(THERE);
    link.newest.receive({ type: "snapshot", view: 1, epoch: "a", seq: 41, positions: [] });
    expect(link.reconnect()).toBeUndefined();
  });

  test("a pan while there is no link means another view", () => {
    link.answer(41);
    link.newest.drop();
    socket.setView(THERE);
    socket.retryNow();
    link.newest.open();
    expect(link.lastView).toEqual({ type: "view", id: 2, columns: REQUESTED_COLUMNS, ...THERE });
  });

  test("an undecodable message may have held positions, until the next snapshot", () => {
    link.answer(41);
    link.newest.receive(new ArrayBuffer(40));
    link.update(43);
    link.ping(44);
    expect(link.reconnect()).toBeUndefined();
    link.answer(45);
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 45 });
  });
});
