import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Credits } from "./Credits";

test("every source is credited, with its link if it has one", () => {
  render(<Credits credits={[{ text: "Buses", url: "https://example.org/" }, { text: "Phones" }]} />);
  expect(screen.getByRole("link", { name: "Buses" }).getAttribute("href")).toBe("https://example.org/");
  expect(screen.queryByRole("link", { name: "Phones" })).toBeNull();
  expect(screen.getByText("Phones")).toBeDefined();
});

test("a credit cannot put anything of its own into the page", () => {
  render(<Credits credits={[{ text: "<img src=x>", url: "javascript:alert(1)" }]} />);
  expect(screen.getByText("<img src=x>")).toBeDefined();
  expect(screen.queryByRole("link", { name: "<img src=x>" })).toBeNull();
});

test("where there is room for one line, a button shows all of them", async () => {
  render(<Credits credits={[]} />);
  const button = screen.getByRole("button", { name: "All credits" });
  expect(button.getAttribute("aria-expanded")).toBe("false");
  await userEvent.click(button);
  expect(button.getAttribute("aria-expanded")).toBe("true");
});
