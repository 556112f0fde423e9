import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { renderPanel } from "../testing/renderPanel";
import { MapDock } from "./MapDock";

const dock = <MapDock open onOpen={() => {}} />;

test("a chosen time is shown on the map, and off shows none", async () => {
  const { engine } = renderPanel(dock);
  await userEvent.click(screen.getByRole("radio", { name: "24 h" }));
  const range = engine.history.get().range;
  expect(range && range.to - range.from).toBe(24 * 3_600_000);
  await userEvent.click(screen.getByRole("radio", { name: "Off" }));
  expect(engine.history.get().range).toBeNull();
});

test("a custom time that makes no sense is refused with the reason", async () => {
  const { engine } = renderPanel(dock);
  const before = engine.history.get().range;
  await userEvent.click(screen.getByRole("radio", { name: "Custom" }));
  await userEvent.clear(screen.getByLabelText("From"));
  await userEvent.click(screen.getByRole("button", { name: "Show" }));
  expect(screen.getByRole("alert").textContent).toContain("expected a day and a time");
  expect(engine.history.get().range).toBe(before);
});

test("a history that could not be loaded says so, and live is not touched", async () => {
  const { engine } = renderPanel(dock);
  const state = engine.history.get();
  act(() => engine.history.set({ ...state, range: { from: 0, to: 1 }, error: "The server answered 503." }));
  expect(screen.getByRole("alert").textContent).toContain("The server answered 503.");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(engine.layers.get().live).toBe(true);
});

test("h hides the history layer and shows it again", async () => {
  const { engine } = renderPanel(dock);
  await userEvent.keyboard("h");
  expect(engine.layers.get().history).toBe(false);
  await userEvent.keyboard("h");
  expect(engine.layers.get().history).toBe(true);
});
