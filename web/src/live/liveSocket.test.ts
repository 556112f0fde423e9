import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeConnection } from "../testing/fakeConnection";
import { STATS } from "../testing/fakeEngine";
import type { FakeSocket } from "../testing/fakeSocket";
import type { LiveSocket } from "./liveSocket";
import type { Message } from "./message";
import { REQUESTED_COLUMNS } from "./position";

const VIEW = { bbox: [24, 60, 25, 61] as const, zoom: 10 };
let link: FakeConnection;
let wires: FakeSocket[];
let addresses: string[];
let messages: Message[];
let socket: LiveSocket;

function newest(): FakeSocket {
  return link.newest;
}

function state(): string {
  return socket.connection.get().state;
}

beforeEach(() => {
  link = FakeConnection.create();
  ({ sockets: wires, addresses, messages, socket } = link);
  socket.start();
});

afterEach(() => link.end());

test("the address is relative to the page, so that it works under a path of a proxy", () => {
  expect(addresses).toEqual(["wss://example.org/maps/ws/locations"]);
});

test("both subprotocols are offered, the binary one first, and its frames are taken whole", () => {
  expect(link.offeredProtocols).toEqual([["herenow.bin.v1", "herenow.json.v1"]]);
  expect(newest().binaryType).toBe("arraybuffer");
});

test("the view is sent after each open, with a new number each time", async () => {
  socket.setView(VIEW);
  newest().open();
  expect(newest().sent).toEqual([{ type: "view", id: 1, columns: REQUESTED_COLUMNS, ...VIEW }]);
  newest().drop();
  await vi.advanceTimersByTimeAsync(600);
  newest().open();
  expect(newest().sent).toEqual([{ type: "view", id: 2, columns: REQUESTED_COLUMNS, ...VIEW }]);
});

test("the clock of the server is taken from its messages", () => {
  newest().open();
  newest().receive({ type: "ping", time: Date.now() + 60_000, seq: 1 });
  expect(socket.connection.get().serverOffset).toBe(60_000);
});

describe("garbage", () => {
  test("is counted and shown, and ends nothing", () => {
    newest().open();
    for (const garbage of ["", "{", "[]", '{"type":"update"}']) newest().receive(garbage);
    expect(socket.connection.get()).toMatchObject({ state: "live", garbled: 4 });
    expect(socket.connection.get().problem).not.toBeNull();
    newest().receive({ type: "update", positions: [] });
    expect(messages).toHaveLength(1);
  });

  test("is repaired by a snapshot, requested at most every two seconds, which clears the problem", async () => {
    socket.setView(VIEW);
    newest().open();
    for (let time = 0; time < 3000; time += 100) {
      newest().receive("{");
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(newest().sent.map((message) => (message as { id: number }).id)).toEqual([1, 2, 3]);
    newest().receive({ type: "snapshot", view: 3, epoch: "a", seq: 1, time: Date.now(), positions: [] });
    expect(socket.connection.get().problem).toBeNull();
  });
});

describe("a lost link", () => {
  test("is opened again, each time after a longer wait", async () => {
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const before = wires.length;
      newest().drop();
      const began = Date.now();
      while (wires.length === before) await vi.advanceTimersByTimeAsync(50);
      waits.push(Math.round((Date.now() - began) / 500) * 500);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  test("gives the time of the next attempt", () => {
    newest().open();
    newest().receive({ type: "snapshot", positions: [] });
    newest().drop();
    expect(state()).toBe("reconnecting");
    expect(socket.connection.get().retryAt).toBe(Date.now() + 500);
  });

  test("that lasted is tried again soon, however often it failed before", async () => {
    for (let i = 0; i < 5; i += 1) {
      newest().drop();
      await vi.advanceTimersByTimeAsync(16_000);
    }
    newest().becomeLive();
    await vi.advanceTimersByTimeAsync(6000);
    newest().drop();
    expect(socket.connection.get().retryAt).toBe(Date.now() + 500);
  });

  test("that opens and closes at once is not hammered", async () => {
    for (let i = 0; i < 4; i += 1) {
      newest().open();
      newest().drop();
      await vi.advanceTimersByTimeAsync(500 * 2 ** i);
    }
    newest().open();
    newest().drop();
    expect(socket.connection.get().retryAt).toBe(Date.now() + 8000);
  });

  test("is retried at once when the network is back or the user retries", () => {
    newest().drop();
    window.dispatchEvent(new Event("online"));
    expect(wires).toHaveLength(2);
    newest().drop();
    socket.retryNow();
    expect(wires).toHaveLength(3);
  });

  test("keeps an open connection when the user retries", () => {
    newest().open();
    socket.retryNow();
    expect(wires).toHaveLength(1);
  });
});

describe("silence", () => {
  test("after an open is not live: the state is connecting, or reconnecting after earlier messages", () => {
    newest().open();
    expect(state()).toBe("connecting");
    newest().receive({ type: "stats", ...STATS });
    expect(state()).toBe("live");
    newest().drop();
    socket.retryNow();
    newest().open();
    expect(socket.connection.get()).toMatchObject({ state: "reconnecting", retryAt: null });
    newest().receive({ type: "ping", time: Date.now(), seq: 1 });
    expect(state()).toBe("live");
  });

  test("of 25 seconds means that the link is dead", async () => {
    newest().open();
    await vi.advanceTimersByTimeAsync(24_900);
    expect(newest().closed).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(wires[0]?.closed).toBe(true);
    await vi.advanceTimersByTimeAsync(600);
    expect(wires).toHaveLength(2);
  });

  test("of four seconds is enough while the browser is offline", async () => {
    newest().becomeLive();
    window.dispatchEvent(new Event("offline"));
    expect(state()).toBe("live");
    vi.stubGlobal("navigator", { onLine: false });
    await vi.advanceTimersByTimeAsync(4100);
    expect(state()).toBe("offline");
  });

  test("is what counts, not the browser: a server on this machine is there without a network", async () => {
    newest().open();
    window.dispatchEvent(new Event("offline"));
    for (let i = 0; i < 10; i += 1) {
      await vi.advanceTimersByTimeAsync(1000);
      newest().receive({ type: "stats", ...STATS });
    }
    expect(state()).toBe("live");
    expect(wires).toHaveLength(1);
  });

  test("is ended by a ping", async () => {
    newest().open();
    for (let i = 0; i < 6; i += 1) {
      await vi.advanceTimersByTimeAsync(10_000);
      newest().receive({ type: "ping", time: Date.now(), seq: 1 });
    }
    expect(wires).toHaveLength(1);
  });

  test("of the handshake is not waited for without end", async () => {
    await vi.advanceTimersByTimeAsync(11_000);
    expect(wires[0]?.closed).toBe(true);
  });
});

describe("close codes", () => {
  test.each([1009, 4400])("after %d there is no attempt until the user retries", async (code) => {
    newest().open();
    newest().drop(code);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(state()).toBe("refused");
    expect(wires).toHaveLength(1);
    socket.retryNow();
    expect(wires).toHaveLength(2);
  });

  test.each([1006, 4401, 4408, 4429])("after %d it is tried again, later each time", async (code) => {
    for (const wait of [500, 1000]) {
      newest().open();
      newest().drop(code);
      expect(socket.connection.get().retryAt).toBe(Date.now() + wait);
      await vi.advanceTimersByTimeAsync(wait);
    }
  });

  test.each([1006, 1012, 4429])("after %d the delay is the one that the server requests", (code) => {
    newest().open();
    newest().drop(code, "the server is full; retry_ms=2345");
    expect(socket.connection.get().retryAt).toBe(Date.now() + 2345);
  });

  test("a server that stops is given up to five seconds", () => {
    newest().open();
    newest().drop(1012);
    expect(socket.connection.get().retryAt).toBe(Date.now() + 5000);
  });
});

test("after stop there are no events, attempts or requests", async () => {
  newest().open();
  socket.stop();
  expect(newest().closed).toBe(true);
  expect(newest().onclose).toBeNull();
  await vi.advanceTimersByTimeAsync(120_000);
  window.dispatchEvent(new Event("online"));
  expect(wires).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
