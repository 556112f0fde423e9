import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { fakeEngine, STATS } from "../../testing/fakeEngine";
import { renderPanel } from "../../testing/renderPanel";
import { EmptyFleet, reportCommand } from "./EmptyFleet";

afterEach(() => vi.unstubAllGlobals());

function showEmpty() {
  const engine = fakeEngine();
  engine.stats.set({ ...STATS, devices: 0 });
  renderPanel(<EmptyFleet />, engine);
  return engine;
}

test("an empty fleet shows a command that reports a position to this server", () => {
  showEmpty();
  expect(screen.getByText(/^curl -d/).textContent).toContain(new URL("api/positions", document.baseURI).href);
});

test("what the command sends is a position as the protocol has it", () => {
  const body = /'(.*)'/.exec(reportCommand("http://127.0.0.1:8000/api/positions", 1_790_000_000_000))?.[1] ?? "";
  expect(JSON.parse(body)).toEqual({
    device_id: "bike-1",
    time: "2026-09-21T14:13:20.000Z",
    latitude: 60.17,
    longitude: 24.94,
  });
});

test("a fleet that has devices needs no such card", () => {
  const engine = fakeEngine();
  engine.stats.set(STATS);
  renderPanel(<EmptyFleet />, engine);
  expect(screen.queryByText("No devices yet")).toBeNull();
  expect(screen.queryByText("The first device has reported")).toBeNull();
});

const FIRST = {
  device_id: "bike-1",
  name: "Blue bike",
  distance: 0,
  status: "stopped",
  last_heard: 1_790_000_000_000,
  stale_at: 1_790_000_300_000,
  position: { device_id: "bike-1", time: 1_790_000_000_000, latitude: 60.17, longitude: 24.94 },
};

function firstReports(engine: ReturnType<typeof fakeEngine>): void {
  const answer = { devices: [FIRST], next: null, total: 1 };
  vi.stubGlobal("fetch", async () => Response.json(answer));
  act(() => engine.stats.set({ ...STATS, devices: 1 }));
}

test("the first device is named as it arrives, and where it is, and the map shows it", async () => {
  const engine = showEmpty();
  firstReports(engine);
  expect(screen.getByRole("heading").textContent).toBe("The first device has reported");
  expect(await screen.findByText("Blue bike")).not.toBeNull();
  expect(screen.getByText("60.17000, 24.94000")).not.toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Show on the map" }));
  expect(engine.selection.get()).toBe("bike-1");
  expect(engine.recorded.calls).toContain("flyTo");
  expect(screen.queryByRole("heading")).toBeNull();
});

test("the card stays until it is closed, however many more report", async () => {
  const engine = showEmpty();
  firstReports(engine);
  await screen.findByText("Blue bike");
  act(() => engine.stats.set(STATS));
  expect(screen.getByText("Blue bike")).not.toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.queryByText("Blue bike")).toBeNull();
  expect(engine.selection.get()).toBeNull();
});
