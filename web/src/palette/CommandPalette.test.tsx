import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { useShortcuts } from "../keyboard/useShortcuts";
import { settings } from "../settings/settings";
import { renderPanel } from "../testing/renderPanel";
import { CommandPalette } from "./CommandPalette";

function Page({ follow, close }: { readonly follow: () => void; readonly close: () => void }) {
  const [open, setOpen] = useState(false);
  useShortcuts({ f: follow, "0": () => {} });
  return open ? (
    <CommandPalette open onClose={close} />
  ) : (
    <button type="button" onClick={() => setOpen(true)}>
      open
    </button>
  );
}

async function renderPalette() {
  const [follow, close] = [vi.fn(), vi.fn()];
  renderPanel(<Page follow={follow} close={close} />);
  await userEvent.click(screen.getByRole("button", { name: "open" }));
  return { follow, close, input: screen.getByRole("combobox") };
}

test("it offers what the page can do now, and nothing else", async () => {
  await renderPalette();
  expect(screen.getAllByRole("option").map(({ textContent }) => textContent)).toEqual([
    "Follow the selected devicef",
    "Show the whole fleet, or all matches of the filter0",
  ]);
});

test("the arrows lead through the options and round no corner, Enter does the marked one", async () => {
  const { follow, close, input } = await renderPalette();
  const [first, last] = screen.getAllByRole("option");
  expect(input.getAttribute("aria-activedescendant")).toBe(first?.id);
  await userEvent.type(input, "{ArrowDown}{ArrowDown}{ArrowDown}");
  expect(input.getAttribute("aria-activedescendant")).toBe(last?.id);
  await userEvent.keyboard("{ArrowUp}{Enter}");
  expect(close).toHaveBeenCalledOnce();
  await vi.waitFor(() => expect(follow).toHaveBeenCalledOnce());
});

test("what single keys did is done from here when they are switched off", async () => {
  settings.change({ shortcuts: false });
  const { follow } = await renderPalette();
  await userEvent.type(screen.getByRole("combobox"), "foll{Enter}");
  await vi.waitFor(() => expect(follow).toHaveBeenCalledOnce());
  settings.change({ shortcuts: true });
});
