import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { LIVE, STATS } from "../../testing/fakeEngine";
import { renderPanel } from "../../testing/renderPanel";
import { ConnectionBadge } from "./ConnectionBadge";
import { ConnectionBanner } from "./ConnectionBanner";

test("a lost connection shows a banner with a button to retry", async () => {
  const { engine } = renderPanel(<ConnectionBanner />);
  expect(screen.getByRole("status", { hidden: true }).textContent).toBe("");
  act(() => engine.connection.set({ ...LIVE, state: "reconnecting", retryAt: Date.now() + 5000 }));
  expect(screen.getByRole("status").textContent).toBe("The connection to the server was lost.");
  await userEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(engine.recorded.calls).toContain("retryNow");
});

test("the badge has the state of the link and, apart from it, the age of the newest data by the server's clock", () => {
  const { engine } = renderPanel(<ConnectionBadge />);
  act(() => engine.connection.set({ ...LIVE, serverOffset: 3_600_000 }));
  act(() => engine.stats.set({ ...STATS, newest: Date.now() + 3_600_000 - 420_500 }));
  expect(screen.getByText("Live")).toBeDefined();
  expect(screen.getByText("last data 7 min ago")).toBeDefined();
  act(() => engine.stats.set({ ...STATS, time: STATS.time + 500, devices: 0, newest: null }));
  expect(screen.getByText("Live")).toBeDefined();
  expect(screen.getByText("no data yet")).toBeDefined();
});
