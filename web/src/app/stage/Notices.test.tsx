import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Notices } from "./Notices";

const notices = <Notices notices={["Buses are replayed", "The city is synthetic"]} />;

test("all notices are one card", () => {
  render(notices);
  expect(screen.getByRole("region", { name: "About this demo" }).textContent).toContain("Buses are replayed");
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
});

test("a card that was put away stays away the next time", async () => {
  const { unmount } = render(notices);
  await userEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByRole("region")).toBeNull();
  unmount();
  render(notices);
  expect(screen.queryByRole("region")).toBeNull();
});

test("a changed notice appears although the one before was dismissed", async () => {
  const { unmount } = render(notices);
  await userEvent.click(screen.getByRole("button", { name: "Dismiss" }));
  unmount();
  render(<Notices notices={["Ships are replayed"]} />);
  expect(screen.getByRole("region").textContent).toContain("Ships are replayed");
});

test("without notices there is no card", () => {
  render(<Notices notices={[]} />);
  expect(screen.queryByRole("region")).toBeNull();
});
