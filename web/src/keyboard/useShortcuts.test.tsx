import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { useShortcuts } from "./useShortcuts";

function Page({ press }: { readonly press: () => void }) {
  useShortcuts({ f: press });
  return (
    <>
      <input aria-label="search" />
      <input type="checkbox" aria-label="layer" />
    </>
  );
}

test("a key works anywhere on the page, on a checkbox too", async () => {
  const press = vi.fn();
  render(<Page press={press} />);
  await userEvent.keyboard("f");
  screen.getByLabelText("layer").focus();
  await userEvent.keyboard("f");
  expect(press).toHaveBeenCalledTimes(2);
});

test("a key stays silent while someone types, and with a modifier", async () => {
  const press = vi.fn();
  render(<Page press={press} />);
  await userEvent.keyboard("{Control>}f{/Control}");
  await userEvent.type(screen.getByLabelText("search"), "f");
  expect(press).not.toHaveBeenCalled();
  expect(screen.getByLabelText<HTMLInputElement>("search").value).toBe("f");
});
