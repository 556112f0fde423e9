import { act, fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { formatMinute } from "../format/time";
import { renderPanel } from "../testing/renderPanel";
import { MapDock } from "./MapDock";

const dock = <MapDock />;

test("a chosen time is shown on the map, and off shows none", async () => {
  const { engine } = renderPanel(dock);
  await userEvent.click(screen.getByRole("radio", { name: "24 h" }));
  const range = engine.history.get().range;
  expect(range && range.to - range.from).toBeGreaterThanOrEqual(24 * 3_600_000);
  await userEvent.click(screen.getByRole("radio", { name: "Off" }));
  expect(engine.history.get().range).toBeNull();
});

test("a custom time that makes no sense is refused with the reason", async () => {
  const { engine } = renderPanel(dock);
  const before = engine.history.get().range;
  await userEvent.click(screen.getByRole("radio", { name: "Custom" }));
  await userEvent.clear(screen.getByLabelText("From"));
  await userEvent.click(screen.getByRole("button", { name: "Show" }));
  expect(screen.getByRole("alert").textContent).toContain("expected 2026-11-23 14:05");
  expect(engine.history.get().range).toBe(before);
});

test("a custom time is typed, or picked from a calendar that begins at it and writes it", async () => {
  const { engine } = renderPanel(dock);
  await userEvent.click(screen.getByRole("radio", { name: "Custom" }));
  const from = screen.getByLabelText<HTMLInputElement>("From");
  await userEvent.clear(from);
  await userEvent.type(from, "2026-11-20T10:00+00:00");
  const to = screen.getByLabelText<HTMLInputElement>("To");
  const picker = document.querySelectorAll<HTMLInputElement>("input[type=datetime-local]")[1];
  if (!picker) throw new Error("expected a calendar");
  let shown = "";
  picker.showPicker = () => {
    shown = picker.value;
  };
  await userEvent.clear(to);
  await userEvent.type(to, "2026-11-21 09:30");
  await userEvent.click(screen.getByRole("button", { name: "To: choose in a calendar" }));
  expect(shown).toBe("2026-11-21T09:30");
  fireEvent.change(picker, { target: { value: "2026-11-21T12:00" } });
  expect(to.value).toBe("2026-11-21 12:00");
  await userEvent.click(screen.getByRole("button", { name: "Show" }));
  const range = { from: Date.UTC(2026, 10, 20, 10), to: new Date(2026, 10, 21, 12).getTime() };
  expect(engine.history.get().range).toEqual(range);
});

test("a custom range is played as typed, and the layer shows its whole hours", async () => {
  const { engine } = renderPanel(dock);
  await userEvent.click(screen.getByRole("radio", { name: "Custom" }));
  const [from, to] = [screen.getByLabelText("From"), screen.getByLabelText("To")];
  await userEvent.clear(from);
  await userEvent.type(from, "2026-11-20T10:59+00:00");
  await userEvent.clear(to);
  await userEvent.type(to, "2026-11-20T11:01+00:00");
  await userEvent.click(screen.getByRole("button", { name: "Show" }));
  const hours = { from: Date.UTC(2026, 10, 20, 10), to: Date.UTC(2026, 10, 20, 12) };
  act(() => engine.history.set({ ...engine.history.get(), range: hours }));
  expect(screen.getByText(/^The history layer shows whole hours: /)).toBeDefined();
  await userEvent.click(screen.getByRole("radio", { name: "Replay" }));
  const typed = { from: Date.UTC(2026, 10, 20, 10, 59), to: Date.UTC(2026, 10, 20, 11, 1) };
  expect(engine.replay.state.get()?.range).toEqual(typed);
});

test("the axis of the histogram ends now, though its last hour does not", async () => {
  const now = Math.floor(Date.now() / 3_600_000) * 3_600_000 + 300_000;
  vi.useFakeTimers({ shouldAdvanceTime: true, now });
  vi.stubGlobal("fetch", (href: string) => {
    const query = new URL(href).searchParams;
    const start = Number(query.get("from"));
    const bins = (Number(query.get("to")) - start) / 3_600_000;
    return Promise.resolve(Response.json({ start, length: 3_600_000, positions: Array(bins).fill(1) }));
  });
  renderPanel(dock);
  await act(() => vi.advanceTimersByTimeAsync(1000)); // until the clock of the page has ticked
  await vi.waitFor(() => expect(document.querySelector(".histogram-bars")).not.toBeNull());
  expect(document.querySelector(".histogram-ends")?.lastChild?.textContent).toBe(formatMinute(now, now));
  const [, , width] = document.querySelector(".histogram-bars")?.getAttribute("viewBox")?.split(" ").map(Number) ?? [];
  expect(width).toBeCloseTo(23 + 5 / 60);
  const end = screen.getByRole("slider", { name: "End of the selected period" });
  expect(end.getAttribute("aria-valuenow")).toBe(end.getAttribute("aria-valuemax"));
  expect(end.style.left).toBe("100%");
});

test("a history that failed to load shows an error, and live positions stay", async () => {
  const { engine } = renderPanel(dock);
  const state = engine.history.get();
  act(() => engine.history.set({ ...state, range: { from: 0, to: 1 }, error: "The server responded with 503." }));
  expect(screen.getByRole("alert").textContent).toContain("The server responded with 503.");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(engine.layers.get().live).toBe(true);
});

test("layers and their meaning are one button away, the track of the selected device among them", async () => {
  const { engine } = renderPanel(dock);
  expect(screen.queryByRole("checkbox", { name: "Track" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Layers and legend" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "Track" }));
  expect(engine.layers.get()).toEqual({
    live: true,
    history: true,
    density: false,
    labels: true,
    track: false,
    trails: false,
    ahead: false,
  });
  expect(screen.getByRole("heading", { name: "Legend" })).toBeDefined();
});

test("when the clock of the browser turns out to be wrong, the range moves to that of the server", () => {
  const { engine } = renderPanel(dock);
  const before = engine.history.get().range?.to ?? 0;
  act(() => engine.connection.set({ ...engine.connection.get(), serverOffset: 7_200_000 }));
  expect((engine.history.get().range?.to ?? 0) - before).toBeGreaterThanOrEqual(7_200_000);
});

test("the report shows the number of positions and their start, and its details the range and the build time", async () => {
  const { engine } = renderPanel(dock);
  act(() => engine.history.set({ ...engine.history.get(), positions: 24, circles: 3, made: Date.now() }));
  expect(screen.getByText(/^24 positions since /)).toBeDefined();
  await userEvent.click(screen.getByRole("button", { name: "Layers and legend" }));
  expect(screen.getByText(/^3 circles, .* to .*, as of /)).toBeDefined();
});

test("the report tells a history that is not built from one without positions in view", () => {
  const { engine } = renderPanel(dock);
  expect(screen.getByText("No data yet")).toBeDefined();
  act(() => engine.history.set({ ...engine.history.get(), made: 1 }));
  expect(screen.getByText(/^No positions here/)).toBeDefined();
});

test("loading that takes long can be given up", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { engine } = renderPanel(dock);
  act(() => engine.history.set({ ...engine.history.get(), range: { from: 0, to: 1 }, loading: true }));
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
  act(() => void vi.advanceTimersByTime(1000));
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  expect(engine.recorded.calls).toContain("cancelHistory");
});

test("a refresh loads newer history", async () => {
  const { engine } = renderPanel(dock);
  expect(screen.queryByRole("button", { name: /Newer/ })).toBeNull();
  act(() => engine.history.set({ ...engine.history.get(), range: { from: 0, to: 1 }, newer: true }));
  await userEvent.click(screen.getByRole("button", { name: "Newer: refresh" }));
  expect(engine.history.get().range?.to).toBeGreaterThan(1);
});

test("h hides the history layer and shows it again", async () => {
  const { engine } = renderPanel(dock);
  await userEvent.keyboard("h");
  expect(engine.layers.get().history).toBe(false);
  await userEvent.keyboard("h");
  expect(engine.layers.get().history).toBe(true);
});
