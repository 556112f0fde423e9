import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { TripSegment } from "../api/trips";
import { formatDuration } from "../format/duration";
import type { Place } from "../lib/place";
import { fakeEngine } from "../testing/fakeEngine";
import { renderPanel } from "../testing/renderPanel";
import { TripsCard } from "./TripsCard";

const HOUR = 3_600_000;
const START = Date.now() - 20 * HOUR;

function stop(start: number, hours: number): TripSegment {
  return { type: "stop", start, end: start + hours * HOUR, positions: 9, longitude: 24.9, latitude: 60.1, radius: 12 };
}

function trip(start: number, metres: number): TripSegment {
  const ends = { from: [24.9, 60.1], to: [25.1, 60.3] } as const;
  return {
    type: "trip",
    start,
    end: start + HOUR,
    positions: 9,
    ...ends,
    distance: metres,
    top_speed: 20,
    mean_speed: 10,
  };
}

/** Answers as the server does, see docs/protocol.md. */
function answerWith(pieces: readonly TripSegment[]): URL[] {
  const requests: URL[] = [];
  vi.stubGlobal("fetch", (href: string) => {
    requests.push(new URL(href));
    return Promise.resolve(Response.json({ device_id: "van/1", pieces }));
  });
  return requests;
}

test("trips and stops are listed newest first, with the total distance", async () => {
  const requests = answerWith([stop(START, 2), trip(START + 2 * HOUR, 12_300), trip(START + 5 * HOUR, 1700)]);
  renderPanel(<TripsCard deviceId="van/1" />);
  const rows = await screen.findAllByRole("listitem");
  expect(rows.map((row) => row.textContent)).toEqual([
    expect.stringContaining("Trip of 1.7 km"),
    expect.stringContaining("Trip of 12.3 km"),
    expect.stringContaining("2 h 00 min"),
  ]);
  expect(screen.getByRole("region").textContent).toContain("14.0 km");
  expect(requests[0]?.pathname).toMatch(/api\/devices\/van%2F1\/trips$/);
});

test("each leads to its place on the map", async () => {
  answerWith([stop(START, 2), trip(START + 2 * HOUR, 100)]);
  const flown: Place[] = [];
  const engine = Object.assign(fakeEngine(), { flyTo: (place: Place) => void flown.push(place) });
  renderPanel(<TripsCard deviceId="van/1" />, engine);
  for (const button of await screen.findAllByRole("button")) await userEvent.click(button);
  expect(flown).toEqual([
    { longitude: 25.1, latitude: 60.3 },
    { longitude: 24.9, latitude: 60.1 },
  ]);
});

test("more trips appear after a click", async () => {
  answerWith(Array.from({ length: 9 }, (_, index) => stop(START + index * HOUR, 0.5)));
  renderPanel(<TripsCard deviceId="a" />);
  expect(await screen.findAllByRole("listitem")).toHaveLength(6);
  await userEvent.click(screen.getByRole("button", { name: "Show all 9" }));
  expect(screen.getAllByRole("listitem")).toHaveLength(9);
});

test("the card reports that there are no trips, or why loading failed", async () => {
  answerWith([]);
  const { unmount } = renderPanel(<TripsCard deviceId="a" />);
  expect(await screen.findByText(/No trips yet/)).toBeDefined();
  unmount();
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ detail: "the store is away" }, { status: 503 })));
  renderPanel(<TripsCard deviceId="b" />);
  expect(await screen.findByText(/the store is away/)).toBeDefined();
});

test("durations have two units at most", () => {
  const recorded = [40_000, 5 * 60_000, 2 * HOUR + 5 * 60_000, 76 * HOUR, -5].map(formatDuration);
  expect(recorded).toEqual(["40 s", "5 min", "2 h 05 min", "3 d 4 h", "0 s"]);
});
