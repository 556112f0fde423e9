import { act, fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ConnectionBadge } from "../../app/connection/ConnectionBadge";
import { renderPanel } from "../../testing/renderPanel";
import { MapDock } from "../MapDock";

const page = (
  <>
    <ConnectionBadge />
    <MapDock />
  </>
);

async function playing() {
  const { engine } = renderPanel(page);
  await userEvent.click(screen.getByRole("radio", { name: "Replay" }));
  const state = () => {
    const held = engine.replay.state.get();
    if (!held) throw new Error("expected a replay");
    return held;
  };
  return { engine, state };
}

test("a replay plays exactly the time that is chosen, of which history shows the hours, until live is", async () => {
  const { engine, state } = await playing();
  for (const [name, minutes] of [
    ["1 h", 60],
    ["15 min", 15],
    ["24 h", 24 * 60],
    ["7 days", 7 * 24 * 60],
  ] as const) {
    fireEvent.click(screen.getByRole("radio", { name }));
    expect(state().range.to - state().range.from).toBe(minutes * 60_000);
    expect(state().range.to).toBeLessThanOrEqual(Date.now());
    expect(engine.history.get().range?.from).toBe(Math.floor(state().range.from / 3_600_000) * 3_600_000);
    expect(screen.getByRole<HTMLInputElement>("radio", { name }).checked).toBe(true);
  }
  await userEvent.click(screen.getByRole("radio", { name: "Live" }));
  expect(engine.replay.state.get()).toBeNull();
  expect(engine.history.get().range).not.toBeNull();
});

test("where history is off the last hour is played, and it cannot be off meanwhile", async () => {
  const { engine } = renderPanel(page);
  await userEvent.click(screen.getByRole("radio", { name: "Off" }));
  await userEvent.click(screen.getByRole("radio", { name: "Replay" }));
  const range = engine.replay.state.get()?.range;
  expect(range && range.to - range.from).toBeGreaterThanOrEqual(3_600_000);
  expect(screen.queryByRole("radio", { name: "Off" })).toBeNull();
});

test("keys play, pause and step, but the space bar presses what has the focus", async () => {
  const { engine, state } = await playing();
  (document.activeElement as HTMLElement | null)?.blur();
  await userEvent.keyboard(" ");
  expect(state().playing).toBe(true);
  await userEvent.keyboard(" ");
  expect(state().playing).toBe(false);
  await userEvent.keyboard(",.");
  expect(engine.recorded.calls).toEqual(expect.arrayContaining(["step -1", "step 1"]));
  screen.getByRole("slider", { name: "Visible time" }).focus();
  await userEvent.keyboard(" ");
  expect(state().playing).toBe(true);
  const button = screen.getByRole("button", { name: "Pause" });
  button.focus();
  await userEvent.keyboard(" ");
  expect(state().playing).toBe(false);
});

test("the time line has a text value, moves the play-head, and hatches periods without data", async () => {
  const { engine, state } = await playing();
  const { from, to } = state().range;
  act(() => engine.replay.state.set({ ...state(), stored: [{ from, to: from + (to - from) / 2 }] }));
  expect(document.querySelectorAll(".timeline-gap")).toHaveLength(1);
  const slider = screen.getByRole("slider", { name: "Visible time" });
  expect(slider.getAttribute("aria-valuetext")).toMatch(/ago|now/);
  fireEvent.change(slider, { target: { value: String(from + 600_000) } });
  expect(state().time).toBe(from + 600_000);
});

test("a speed is chosen", async () => {
  const { state } = await playing();
  await userEvent.click(screen.getByRole("radio", { name: "3600×" }));
  expect(state().speed).toBe(3600);
});

test("the selected devices alone are played, or those that are shown alone, and stay so until all are", async () => {
  const { engine, state } = await playing();
  expect(screen.queryByRole("radio", { name: "All devices" })).toBeNull();
  act(() => engine.group.add(["a", "b", "c"]));
  await userEvent.click(screen.getByRole("radio", { name: "3 selected" }));
  expect(state().devices).toEqual(["a", "b", "c"]);
  act(() => engine.select("a"));
  expect(screen.getByRole<HTMLInputElement>("radio", { name: "Only 3" }).checked).toBe(true);
  act(() => engine.group.isolate(["b", "d"]));
  await userEvent.click(screen.getByRole("radio", { name: "Only 2 shown" }));
  expect(state().devices).toEqual(["b", "d"]);
  expect(screen.queryByRole("radio", { name: "Only 3" })).toBeNull();
  await userEvent.click(screen.getByRole("radio", { name: "All devices" }));
  expect(state().devices).toBeNull();
  act(() => engine.group.isolate(null));
  expect(screen.getByRole("radio", { name: "Only 2" })).toBeDefined();
});

test("trips and stops of the selected device lie along the time line, and keys and clicks lead to them", async () => {
  const { engine, state } = await playing();
  const { from } = state().range;
  const place = { positions: 9, longitude: 24.9, latitude: 60.1, radius: 12 };
  const stops = [60_000, 600_000].map((at) => ({ type: "stop", start: from + at, end: from + at + 300_000, ...place }));
  const requested: URL[] = [];
  vi.stubGlobal("fetch", (href: string) => {
    requested.push(new URL(href));
    return Promise.resolve(Response.json({ device_id: "van", pieces: stops }));
  });
  act(() => engine.select("van"));
  const strip = screen.getByRole("slider", { name: "Trips and stops of van" });
  await vi.waitFor(() => expect(strip.getAttribute("aria-valuemax")).toBe("2"));
  const sent = requested.find(({ pathname }) => pathname.endsWith("/api/devices/van/trips"));
  expect(sent?.searchParams.get("to")).toBe(String(state().range.to));
  expect(strip.getAttribute("aria-valuetext")).toMatch(/: neither · trips: 0 · stops: 2$/);
  fireEvent.keyDown(strip, { key: "End" });
  expect(state().time).toBe(from + 600_000);
  expect(strip.getAttribute("aria-valuetext")).toMatch(/^Stop · /);
  fireEvent.keyDown(strip, { key: "ArrowLeft" });
  expect(state().time).toBe(from + 60_000);
  strip.getBoundingClientRect = () => new DOMRect(0, 0, state().range.to - from, 24);
  fireEvent.click(strip, { clientX: 700_000 });
  expect(state().time).toBe(from + 600_000);
});

test("the bar reports missing data: loading, nothing stored, or the error", async () => {
  const { engine, state } = await playing();
  expect(screen.getByText("No stored positions in this period.")).toBeDefined();
  act(() => engine.replay.state.set({ ...state(), stored: null, waiting: true }));
  expect(screen.getByText("Loading…")).toBeDefined();
  act(() => engine.replay.state.set({ ...state(), waiting: false, error: "The server responded with 503." }));
  expect(screen.getByRole("alert").textContent).toContain("The server responded with 503.");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(engine.recorded.calls).toContain("retry");
});

test("the badge shows that live is paused and the number of newer positions, unless the connection has a problem", async () => {
  const { engine, state } = await playing();
  act(() => engine.replay.state.set({ ...state(), newer: 1204 }));
  expect(screen.getByText("Live paused").parentElement?.textContent).toContain("1,204 newer");
  act(() => engine.connection.set({ ...engine.connection.get(), lag: { milliseconds: 3400, cause: "server" } }));
  expect(screen.getByText("Live paused")).toBeDefined();
  act(() => engine.connection.set({ ...engine.connection.get(), state: "offline" }));
  expect(screen.queryByText("Live paused")).toBeNull();
  expect(screen.getByText("Offline")).toBeDefined();
});
