import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeConnection } from "../testing/fakeConnection";
import { STATS } from "../testing/fakeEngine";
import { FleetScenario } from "../testing/fleetScenario";
import type { LiveSocket } from "./liveSocket";
import { REQUESTED_COLUMNS } from "./position";
import type { ViewMessage } from "./resumption";

const HERE = { bbox: [24, 60, 25, 61] as const, zoom: 10 };
let link: FakeConnection;
let socket: LiveSocket;

beforeEach(() => {
  link = FakeConnection.subscribed(HERE);
  socket = link.socket;
});

afterEach(() => link.end());

describe("a link that comes back", () => {
  test("goes on from the last frame of positions, or from a later ping", () => {
    link.answer(41);
    link.update(42);
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 42 });
    link.answer(43, "a", "update");
    link.ping(47);
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 47 });
  });

  test("goes on from the same state however often it breaks before the answer", () => {
    link.answer(41);
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 41 });
    link.ping(99);
    expect(link.reconnect()).toEqual({ epoch: "a", seq: 41 });
    expect(link.sockets.map((socket) => socket.sent.map((view) => (view as ViewMessage).id))).toEqual([[1], [2], [3]]);
  });

  test("restarts after a frame with an undecodable position", () => {
    link.answer(41);
    link.newest.receive({ type: "update", epoch: "a", seq: 42, time: 1, positions: [{}] });
    expect(link.reconnect()).toBeUndefined();
  });

  test("sends no resume token at first, nor for a new view on the same connection", () => {
    expect(link.lastView).not.toHaveProperty("resume");
    link.answer(41);
    socket.setView(HERE);
    expect(link.lastView).toEqual({ type: "view", id: 2, columns: REQUESTED_COLUMNS, ...HERE });
  });

  test("restarts after polling, because the map holds polled positions", async () => {
    link.answer(41);
    const polled = async (url: URL) => Response.json(url.pathname.endsWith("/stats") ? STATS : { positions: [] });
    for (let i = 0; i < 3; i += 1) {
      link.newest.drop();
      if (i === 2) vi.stubGlobal("fetch", vi.fn(polled));
      await vi.advanceTimersByTimeAsync(1000 * 2 ** i);
    }
    await vi.advanceTimersByTimeAsync(3000);
    expect(link.messages.map((message) => message.type)).toContain("stats");
    socket.retryNow();
    link.newest.open();
    expect(link.lastView).not.toHaveProperty("resume");
  });
});

test("after any losses, pans, restarts and failures, what is offered is what the map holds", () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  let offers = 0;
  for (let seed = 1; seed <= 200; seed += 1) offers += new FleetScenario(seed).run(150);
  expect(offers).toBeGreaterThan(1000);
});
