import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { fakeEngine, STATS } from "../testing/fakeEngine";
import { renderPanel } from "../testing/renderPanel";
import { OverviewPanel } from "./OverviewPanel";

function renderOverview() {
  const engine = fakeEngine();
  engine.stats.set(STATS);
  return renderPanel(<OverviewPanel />, engine);
}

test("a click on a slice limits the map to that status, a second click clears it", async () => {
  const { engine } = renderOverview();
  await userEvent.click(screen.getByRole("button", { name: /^moving 401/ }));
  expect(engine.recorded.filter?.statuses).toEqual(new Set(["moving"]));
  await userEvent.click(screen.getByRole("button", { name: /^moving 401/, pressed: true }));
  expect(engine.recorded.filter?.statuses).toBeNull();
});

test("a click on the ring does the same as its legend", async () => {
  const { engine, container } = renderOverview();
  const arc = container.querySelectorAll(".donut-arc")[1];
  if (arc) await userEvent.click(arc);
  expect(engine.recorded.filter?.statuses).toEqual(new Set(["idle"]));
});

test("grouped by kind, a click limits the map to that kind, but other is no kind", async () => {
  const { engine } = renderOverview();
  await userEvent.click(screen.getByRole("radio", { name: "By kind" }));
  await userEvent.click(screen.getByRole("button", { name: /^bus 307/ }));
  expect(engine.recorded.filter?.kinds).toEqual(new Set(["bus"]));
  expect(screen.queryByRole("button", { name: /other/ })).toBeNull();
  expect(screen.getByText("other")).toBeDefined();
});

test("a click on a bar selects the device", async () => {
  const { engine } = renderOverview();
  await userEvent.click(screen.getByRole("button", { name: "Bus 2007 48.2 km" }));
  expect(engine.selection.get()).toBe("bus-2007");
});

test("the table lists the values of the chart, the others included", async () => {
  renderOverview();
  await userEvent.click(screen.getByRole("button", { name: "Distance today: view as table" }));
  const rows = within(screen.getByRole("table")).getAllByRole("row");
  expect(rows.map((row) => row.textContent)).toEqual([
    "devicedistance",
    "Bus 200748.2 km",
    "car-931.0 km",
    "618 others402 km",
  ]);
});

test("the charts follow the stats by themselves", () => {
  const { engine } = renderOverview();
  const by_status = { ...STATS.by_status, moving: 402 };
  act(() => engine.stats.set({ ...STATS, time: STATS.time + 1000, by_status }));
  expect(screen.getByRole("button", { name: /^moving 402/ })).toBeDefined();
});

test("the latency is a text, also when viewers received nothing", async () => {
  const { engine } = renderOverview();
  const card = screen.getByRole("region", { name: "Latency in the server" });
  act(() => engine.stats.set({ ...STATS, time: STATS.time + 500, lag: { p50: 12.4, p99: 3412 } }));
  expect(card.textContent).toContain("Half within12 ms");
  expect(card.textContent).toContain("99 % within3.4 s");
  act(() => engine.stats.set({ ...STATS, time: STATS.time + 10_500, lag: null }));
  expect(card.textContent).toContain("Half within–");
});
