import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { PanelBoundary } from "./PanelBoundary";

test("a panel that throws shows an error, and can be loaded again", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  let broken = true;
  function Chart() {
    if (broken) throw new Error("no slices");
    return <p>a chart</p>;
  }
  render(
    <PanelBoundary title="Overview">
      <Chart />
    </PanelBoundary>,
  );
  expect(screen.getByRole("alert").textContent).toContain("no slices");
  broken = false;
  await userEvent.click(screen.getByRole("button", { name: "Reload panel" }));
  expect(screen.getByText("a chart")).toBeDefined();
});
