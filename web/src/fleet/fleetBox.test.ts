import { expect, test, vi } from "vitest";
import { boxAround, fetchFleetBox } from "./fleetBox";

test("there is no box around nothing", () => {
  expect(boxAround([])).toBeNull();
});

test("a box holds all places", () => {
  const places = [
    { latitude: 60, longitude: 25 },
    { latitude: 30, longitude: -97 },
    { latitude: 45, longitude: 3 },
  ];
  expect(boxAround(places)).toEqual([-97, 30, 25, 60]);
});

test("a box crosses the 180th meridian where that makes it smaller", () => {
  const places = [
    { latitude: -17, longitude: 178 },
    { latitude: -16, longitude: -179 },
  ];
  expect(boxAround(places)).toEqual([178, -17, -179, -16]);
});

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
