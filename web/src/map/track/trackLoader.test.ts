import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LivePosition } from "../../live/position";
import { TrackLoader } from "./trackLoader";

let tracks: TrackLoader;

function fix(time: number): { time: number; latitude: number; longitude: number } {
  return { time, latitude: 60, longitude: 25 };
}

function live(timestamp: number, device_id = "bus 1"): LivePosition {
  return { device_id, timestamp, latitude: 60, longitude: 25, status: "moving" };
}

function times(): number[] {
  return (tracks.state.get()?.points ?? []).map((point) => point.time);
}

function answering(...pages: unknown[]): void {
  vi.stubGlobal(
    "fetch",
    vi.fn(async () => Response.json(pages.shift())),
  );
}

async function loaded(): Promise<void> {
  await vi.waitFor(() => expect(tracks.state.get()?.loading).toBe(false));
}

beforeEach(() => {
  tracks = new TrackLoader("http://example.org/maps/");
});

afterEach(() => {
  tracks.stop();
  vi.unstubAllGlobals();
});

test("all pages of the last hour are put together", async () => {
  answering({ positions: [fix(1), fix(2)], next: "more" }, { positions: [fix(3)], next: null });
  tracks.show("bus 1", 7_200_000);
  await loaded();
  expect(times()).toEqual([1, 2, 3]);
  const requests = vi.mocked(fetch).mock.calls.map(([url]) => String(url));
  expect(requests[0]).toBe("http://example.org/maps/api/devices/bus%201/track?from=3600000&to=7320000&limit=10000");
  expect(requests[1]).toContain("cursor=more");
});

test("what came live while it loaded is the end of it, once", async () => {
  answering({ positions: [fix(1), fix(2)], next: null });
  tracks.show("bus 1", 7_200_000);
  tracks.append(live(2));
  tracks.append(live(3));
  await loaded();
  expect(times()).toEqual([1, 2, 3]);
});

test("positions of other devices and older ones are no part of it", async () => {
  answering({ positions: [fix(5)], next: null });
  tracks.show("bus 1", 7_200_000);
  await loaded();
  tracks.append(live(9, "bus 2"));
  tracks.append(live(4));
  tracks.append(live(6));
  await vi.waitFor(() => expect(times()).toEqual([5, 6]));
});

test("what is older than an hour goes, however long the device stays selected", async () => {
  answering({ positions: [fix(0), fix(1_800_000)], next: null });
  tracks.show("bus 1", 1_800_000);
  await loaded();
  tracks.append(live(3_600_001));
  await vi.waitFor(() => expect(times()).toEqual([1_800_000, 3_600_001]));
});

test("rows of a track that are not positions are left out", async () => {
  answering({ positions: [null, 7, { ...fix(1), speed: "fast" }, fix(2)], next: null });
  tracks.show("bus 1", 7_200_000);
  await loaded();
  expect(times()).toEqual([2]);
});

test("an answer that is no track is an error in words", async () => {
  answering({ nothing: true });
  tracks.show("bus 1", 7_200_000);
  await loaded();
  expect(tracks.state.get()?.error).not.toBeNull();
});

test("without a selection there is no track", () => {
  answering({ positions: [], next: null });
  tracks.show("bus 1", 0);
  tracks.show(null, 0);
  expect(tracks.state.get()).toBeNull();
});
