import { expect, test, vi } from "vitest";
import { fetchFleetBox } from "./fleetBox";

test("the box of those that match is of all of them, page by page, and of no others", async () => {
  const requests: URL[] = [];
  vi.stubGlobal("fetch", (url: URL) => {
    requests.push(url);
    const second = url.searchParams.get("cursor") === "more";
    const position = { device_id: "a", time: 1, latitude: 60, longitude: second ? 26 : 25 };
    const devices = [{ device_id: "a", status: "moving", distance: 0, position }];
    return Promise.resolve(Response.json({ devices, next: second ? null : "more", total: 2 }));
  });
  const query = { search: "", kind: ["bus", "van"], status: [], device: [] };
  const box = await fetchFleetBox("http://example.org/maps/", query, new AbortController().signal);
  expect(box).toEqual([25, 60, 26, 60]);
  expect(requests.map(({ pathname }) => pathname.endsWith("/api/devices"))).toEqual([true, true]);
  expect(requests[1]?.searchParams.getAll("kind")).toEqual(["bus", "van"]);
  expect(requests[1]?.searchParams.has("search")).toBe(false);
  vi.unstubAllGlobals();
});
