import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { useDeviceFilter } from "../../devices/useDeviceFilter";
import { renderPanel } from "../../testing/renderPanel";
import { MapControls } from "./MapControls";

function FilterBuses() {
  const { filter, setFilter } = useDeviceFilter();
  return (
    <button type="button" onClick={() => setFilter({ ...filter, search: " 20 ", statuses: ["idle"], kinds: ["bus"] })}>
      filter
    </button>
  );
}

test("the whole fleet is shown, or what a filter leaves of it, wherever that is", async () => {
  const { engine } = renderPanel(
    <>
      <FilterBuses />
      <MapControls />
    </>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Show the whole fleet" }));
  await userEvent.click(screen.getByRole("button", { name: "filter" }));
  await userEvent.click(screen.getByRole("button", { name: "Show all matches of the filter" }));
  expect(engine.recorded.calls).toEqual([
    'fitFleet {"search":"","status":[],"kind":[]}',
    'fitFleet {"search":"20","status":["idle"],"kind":["bus"]}',
  ]);
});
