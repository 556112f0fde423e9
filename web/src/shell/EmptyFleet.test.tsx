import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderPanel } from "../testing/renderPanel";
import { STATS, stillEngine } from "../testing/stillEngine";
import { EmptyFleet, reportCommand } from "./EmptyFleet";

test("an empty fleet shows a command that reports a position to this server", () => {
  const engine = stillEngine();
  engine.stats.set({ ...STATS, devices: 0 });
  renderPanel(<EmptyFleet />, engine);
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
  const engine = stillEngine();
  engine.stats.set(STATS);
  renderPanel(<EmptyFleet />, engine);
  expect(screen.queryByText("No devices yet")).toBeNull();
});
