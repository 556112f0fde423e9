import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeConnection } from "../testing/fakeConnection";
import { STATS } from "../testing/fakeEngine";
import type { FakeSocket } from "../testing/fakeSocket";

const VIEW = { bbox: [24, 60, 25, 61] as const, zoom: 10 };
let link: FakeConnection;

beforeEach(() => {
  link = FakeConnection.create();
  link.socket.start();
});

afterEach(() => link.end());

function newest(): FakeSocket {
  return link.newest;
}

function state(): string {
  return link.socket.connection.get().state;
}

function answering(): void {
  vi.stubGlobal(
    "fetch",
    vi.fn(async (url: URL) => Response.json(url.pathname.endsWith("/stats") ? STATS : { time: 1000, positions: [] })),
  );
}

async function failThrice(): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    newest().drop();
    if (i < 2) await vi.advanceTimersByTimeAsync(2000);
  }
  await vi.advanceTimersByTimeAsync(10);
}

test("without a working socket the server is polled every two seconds, and the state is polling", async () => {
  answering();
  link.socket.setView(VIEW);
  await failThrice();
  expect(state()).toBe("polling");
  expect(link.messages.map((message) => message.type)).toEqual(["snapshot", "stats"]);
  await vi.advanceTimersByTimeAsync(2100);
  expect(link.messages).toHaveLength(4);
  const requests = vi.mocked(fetch).mock.calls.map(([url]) => String(url));
  expect(requests[0]).toBe("https://example.org/maps/api/positions/latest?bbox=24%2C60%2C25%2C61");
});

test("it is polled, too, when open sockets receive nothing", async () => {
  answering();
  for (let i = 0; i < 3; i += 1) {
    newest().open();
    await vi.advanceTimersByTimeAsync(30_000);
  }
  expect(state()).toBe("polling");
});

test("the socket is retried every thirty seconds, and its first message ends polling", async () => {
  answering();
  await failThrice();
  const before = link.sockets.length;
  await vi.advanceTimersByTimeAsync(29_000);
  expect(link.sockets).toHaveLength(before);
  await vi.advanceTimersByTimeAsync(1500);
  expect(link.sockets).toHaveLength(before + 1);
  newest().open();
  expect(state()).toBe("polling");
  newest().receive({ type: "ping", time: Date.now(), seq: 1 });
  expect(state()).toBe("live");
  const messages = link.messages.length;
  newest().receive({ type: "ping", time: Date.now(), seq: 1 });
  await vi.advanceTimersByTimeAsync(9000);
  expect(link.messages.length - messages).toBe(1);
});

test("a server that is back after a restart gets its socket at once", async () => {
  newest().becomeLive();
  await failThrice();
  answering();
  const before = link.sockets.length;
  await vi.advanceTimersByTimeAsync(2100);
  expect(link.sockets.length).toBeGreaterThan(before);
  newest().becomeLive();
  expect(state()).toBe("live");
});

test("a successful poll counts for more than a browser that reports no network", async () => {
  answering();
  await failThrice();
  window.dispatchEvent(new Event("offline"));
  await vi.advanceTimersByTimeAsync(2100);
  expect(state()).toBe("polling");
});

test("a server that answers no poll either is reconnected to as usual", async () => {
  await failThrice();
  expect(state()).toBe("reconnecting");
  const before = link.sockets.length;
  await vi.advanceTimersByTimeAsync(2100);
  expect(link.sockets.length).toBeGreaterThan(before);
});
