import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { renderPanel } from "../testing/renderPanel";
import { LIVE } from "../testing/stillEngine";
import { ConnectionBadge } from "./ConnectionBadge";
import { ConnectionBanner } from "./ConnectionBanner";

test("a lost connection is told, with a way to try at once", async () => {
  const { engine } = renderPanel(<ConnectionBanner />);
  expect(screen.getByRole("status", { hidden: true }).textContent).toBe("");
  act(() => engine.connection.set({ ...LIVE, state: "reconnecting", retryAt: Date.now() + 5000 }));
  expect(screen.getByRole("status").textContent).toBe("The connection to the server was lost.");
  await userEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(engine.told.calls).toContain("retryNow");
});

test("the badge has the state and the age of the last data", () => {
  const { engine } = renderPanel(<ConnectionBadge />);
  act(() => engine.connection.set({ ...LIVE, lastData: Date.now() - 12_500 }));
  expect(screen.getByText("Live")).toBeDefined();
  expect(screen.getByText("last data 12 s ago")).toBeDefined();
});
