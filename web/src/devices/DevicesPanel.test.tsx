import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import type { Device, DevicePage } from "../api/devices";
import { SearchBox } from "../app/topbar/SearchBox";
import type { LivePosition } from "../live/position";
import { fakeEngine, STATS } from "../testing/fakeEngine";
import { renderPanel } from "../testing/renderPanel";
import { DevicesPanel } from "./DevicesPanel";

const FLEET: readonly Device[] = Array.from({ length: 40 }, (_, index) => ({
  device_id: `bus-${2000 + index}`,
  name: `Bus ${2000 + index}`,
  kind: "bus",
  status: index % 2 ? "idle" : "moving",
  distance: 0,
  last_heard: Date.now(),
  stale_at: Date.now() + 300_000,
  position: { device_id: `bus-${2000 + index}`, time: Date.now(), latitude: 30, longitude: -97 },
}));

const requests: URL[] = [];

/** Answers as the server does, see docs/protocol.md. */
function answer({ searchParams }: URL, fleet = FLEET): DevicePage {
  const statuses = searchParams.getAll("status");
  const search = searchParams.get("search") ?? "";
  const [offset, limit] = ["offset", "limit"].map((name) => Number(searchParams.get(name)));
  const matching = fleet
    .filter((device) => statuses.length === 0 || statuses.includes(device.status))
    .filter((device) => device.device_id.includes(search));
  const page = { next: null, devices: matching.slice(offset, (offset ?? 0) + (limit ?? 0)), total: matching.length };
  return matching.length > 0 ? page : { ...page, without: { search: fleet.length } };
}

beforeEach(() => {
  requests.length = 0;
  vi.stubGlobal("fetch", (href: string) => {
    const url = new URL(href);
    requests.push(url);
    return Promise.resolve(Response.json(answer(url)));
  });
});

async function renderDevices() {
  const engine = fakeEngine();
  engine.stats.set(STATS);
  const rendered = renderPanel(
    <>
      <SearchBox onBegin={() => {}} onPalette={() => {}} />
      <DevicesPanel />
    </>,
    engine,
  );
  await screen.findByRole("option", { name: /Bus 2000/ });
  return rendered;
}

test("a click on a row selects the device and brings it into view", async () => {
  const { engine } = await renderDevices();
  await userEvent.click(screen.getByRole("option", { name: /Bus 2003/ }));
  expect(engine.selection.get()).toBe("bus-2003");
  expect(engine.recorded.calls).toEqual(["reveal bus-2003"]);
  expect(screen.getByRole("option", { selected: true }).textContent).toContain("Bus 2003");
});

test("j and k select the next and the previous device from anywhere", async () => {
  const { engine } = await renderDevices();
  await userEvent.keyboard("jjk");
  expect(engine.selection.get()).toBe("bus-2000");
  await userEvent.keyboard("j");
  expect(engine.selection.get()).toBe("bus-2001");
  expect(engine.recorded.calls.at(-1)).toBe("reveal bus-2001");
});

const searchBox = () => screen.getByRole("textbox", { name: "Search devices by name or id" });

test("Enter in the search selects the first that the list would show, in its order and by its filters", async () => {
  const { engine } = await renderDevices();
  await userEvent.click(screen.getByRole("button", { name: "idle 32" }));
  await userEvent.click(screen.getByRole("button", { name: "Speed" }));
  await userEvent.type(searchBox(), "bus-200{Enter}");
  await waitFor(() => expect(engine.recorded.calls).toEqual(["reveal bus-2001"]));
  const sent = requests.find(({ searchParams }) => searchParams.get("limit") === "1")?.searchParams;
  expect(sent?.getAll("status")).toEqual(["idle"]);
  expect(sent?.get("sort")).toBe("-speed");
  expect(document.activeElement).not.toBe(searchBox());
});

test("Enter selects nothing where nothing was typed, nothing matches or the server does not answer", async () => {
  const { engine } = await renderDevices();
  await userEvent.type(searchBox(), "{Enter}");
  await userEvent.type(searchBox(), "zeppelin{Enter}");
  await screen.findByText("0 of 620 match.");
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await userEvent.type(searchBox(), "{Enter}");
  await screen.findByRole("textbox");
  expect(engine.recorded.calls).toEqual([]);
  expect(document.activeElement).toBe(searchBox());
});

test("beside a replay the list, its count and the chips are of the time that is played", async () => {
  const { engine } = await renderDevices();
  const past = (device_id: string, kind: string, speed: number): LivePosition => {
    const moment = { timestamp: 1000 * speed, latitude: 1, longitude: 2 };
    return { device_id, kind, speed, status: speed > 0 ? "moving" : "stopped", ...moment };
  };
  engine.replay.fleet = () => [past("van-1", "van", 3), past("van-2", "van", 0), past("bus-9", "bus", 7)];
  act(() => engine.replay.show({ from: 0, to: 100_000 }, 10_000));
  await waitFor(() => expect(listed()).toEqual(["bus-9", "van-1", "van-2"]));
  expect(screen.getByText("3 devices")).toBeDefined();
  expect(screen.getByRole("button", { name: "bus 1" })).toBeDefined();
  expect(screen.queryByRole("button", { name: "Distance" })).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "moving 2" }));
  await userEvent.click(screen.getByRole("button", { name: "Speed" }));
  await waitFor(() => expect(listed()).toEqual(["bus-9", "van-1"]));
  expect(screen.getByRole("option", { name: /van-1/ }).textContent).toContain("7 s ago");
  await userEvent.type(searchBox(), "VAN");
  await waitFor(() => expect(listed()).toEqual(["van-1"]));
  act(() => engine.replay.end());
  await userEvent.clear(searchBox());
  await screen.findByRole("option", { name: /Bus 2000/ });
});

const listed = () => screen.getAllByRole("option").map(({ id }) => id.replace("device-", ""));

test("in the list the arrows move a mark, and Enter selects what is marked", async () => {
  const { engine } = await renderDevices();
  act(() => screen.getByRole("listbox").focus());
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}");
  expect(engine.selection.get()).toBeNull();
  await userEvent.keyboard("{Enter}");
  expect(engine.selection.get()).toBe("bus-2002");
});

test("a chip limits the list and the map to its status", async () => {
  const { engine } = await renderDevices();
  await userEvent.click(screen.getByRole("button", { name: "idle 32" }));
  expect(engine.recorded.filter?.statuses).toEqual(new Set(["idle"]));
  await screen.findByText(/20 of 620/);
  expect(requests.at(-1)?.searchParams.getAll("status")).toEqual(["idle"]);
  await userEvent.click(screen.getByRole("button", { name: "moving 401" }));
  await userEvent.click(screen.getByRole("button", { name: "bus 307" }));
  expect(engine.recorded.filter).toEqual({ statuses: new Set(["moving", "idle"]), kinds: new Set(["bus"]) });
  await waitFor(() => expect(requests.at(-1)?.searchParams.getAll("status")).toEqual(["moving", "idle"]));
  expect(requests.at(-1)?.searchParams.getAll("kind")).toEqual(["bus"]);
});

/** The server has ten thousand devices from now on. */
function stubCrowd(): void {
  const crowd = Array.from({ length: 10_000 }, (_, index): Device => {
    const device_id = `bus-${100_000 + index}`;
    return { ...(FLEET[0] as Device), device_id, name: `Bus ${100_000 + index}`, status: "moving" };
  });
  vi.stubGlobal("fetch", (href: string) => {
    const url = new URL(href);
    requests.push(url);
    return Promise.resolve(Response.json(answer(url, crowd)));
  });
}

test("a list that is searched keeps its rows until the matches come, which begin at the top", async () => {
  await renderDevices();
  stubCrowd();
  await userEvent.click(screen.getByRole("button", { name: "Speed" }));
  await screen.findByRole("option", { name: /Bus 100000/ });
  const list = screen.getByRole("listbox");
  list.scrollTop = 260_000; // 5,000 rows
  act(() => void list.dispatchEvent(new Event("scroll")));
  await screen.findByRole("option", { name: /Bus 105000/ });
  await userEvent.type(searchBox(), "bus-1055");
  expect(screen.getByRole("option", { name: /Bus 105000/ })).toBeDefined();
  await screen.findByRole("option", { name: /Bus 105500/ });
  const searches = requests.filter(({ searchParams }) => searchParams.get("search"));
  expect(new Set(searches.map(({ searchParams }) => searchParams.get("offset")))).toEqual(new Set(["0"]));
});

test("of ten thousand devices the rows in sight are drawn, and j leads on past what was loaded", async () => {
  stubCrowd();
  const { engine } = renderPanel(<DevicesPanel />);
  await screen.findByRole("option", { name: /Bus 100000/ });
  expect(screen.getAllByRole("option").length).toBeLessThanOrEqual(60);
  act(() => engine.select("bus-100099"));
  for (let presses = 0; presses < 3; presses += 1) await userEvent.keyboard("j");
  expect(engine.selection.get()).toBe("bus-100102");
  expect(screen.getAllByRole("option").length).toBeLessThanOrEqual(60);
});

test("in view only requests the visible box, and a sort its order", async () => {
  const { engine } = await renderDevices();
  act(() => engine.view.set([24, 60, 25, 61]));
  await userEvent.click(screen.getByRole("button", { name: "In view" }));
  await waitFor(() => expect(requests.at(-1)?.searchParams.get("bbox")).toBe("24,60,25,61"));
  await userEvent.click(screen.getByRole("button", { name: "Speed" }));
  await waitFor(() => expect(requests.at(-1)?.searchParams.get("sort")).toBe("-speed"));
  await userEvent.click(screen.getByRole("button", { name: "Speed, downwards" }));
  await waitFor(() => expect(requests.at(-1)?.searchParams.get("sort")).toBe("speed"));
});

test("what was searched for is marked where it was found", async () => {
  await renderDevices();
  await userEvent.type(screen.getByRole("textbox"), "2003");
  await waitFor(() => expect(document.querySelector("mark")?.textContent).toBe("2003"));
});

test("without a match the list shows the fleet size, and clearing the filters brings the devices back", async () => {
  await renderDevices();
  await userEvent.type(screen.getByRole("textbox"), "zeppelin");
  await screen.findByText("0 of 620 match.");
  await userEvent.click(screen.getByRole("button", { name: "Clear the search: 40 match" }));
  await screen.findByRole("option", { name: /Bus 2000/ });
});

test("typing sends a request when it pauses, not at every letter", async () => {
  await renderDevices();
  await userEvent.type(screen.getByRole("textbox"), "2003");
  await waitFor(() => expect(requests.at(-1)?.searchParams.get("search")).toBe("2003"));
  expect(requests.map((url) => url.searchParams.get("search")).filter(Boolean)).toEqual(["2003"]);
});

test("a failed request shows an error with a button to retry", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  renderPanel(<DevicesPanel />);
  expect((await screen.findByRole("alert")).textContent).toContain("The server cannot be reached.");
  expect(screen.getByRole("button", { name: "Try again" })).toBeDefined();
});

test("the number of matches appears only after the response", async () => {
  await renderDevices();
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  vi.stubGlobal("fetch", async (href: string) => {
    await held;
    return Response.json(answer(new URL(href)));
  });
  await userEvent.type(screen.getByRole("textbox", { name: "Search devices by name or id" }), "bus-200");
  const line = (await screen.findByText(/matching/)).textContent;
  expect(line).toContain("… matching");
  letGo();
  await waitFor(() => expect(screen.getByText(/matching/).textContent).toMatch(/^10 of/));
});
