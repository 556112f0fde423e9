import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { History } from "./history";
import type { VisibleArea } from "./viewReport";

const AREA: VisibleArea = { west: 0.5, east: 0.6, north: 0.3, south: 0.35, zoom: 8 };
const RANGE = { from: 0, to: 3_600_000 };
const CLUSTER = { latitude: 60, longitude: 25, count: 7, devices: 2, bbox: [24, 59, 26, 61] };

let history: History;
let answers: ((response: Response) => void)[];

function asked(): URL[] {
  return vi.mocked(fetch).mock.calls.map(([url]) => url as URL);
}

async function answer(body: unknown, status = 200): Promise<void> {
  answers.shift()?.(Response.json(body, { status }));
  await vi.waitFor(() => expect(history.state.get().loading).toBe(false));
}

beforeEach(() => {
  answers = [];
  vi.stubGlobal(
    "fetch",
    vi.fn(
      (_url: URL, { signal }: RequestInit) =>
        new Promise<Response>((resolve, reject) => {
          answers.push(resolve);
          signal?.addEventListener("abort", () => reject(signal.reason));
        }),
    ),
  );
  history = new History("http://example.org/maps/");
  history.look(AREA);
});

afterEach(() => {
  history.stop();
  vi.unstubAllGlobals();
});

test("nothing is asked for until a range is chosen", () => {
  expect(asked()).toHaveLength(0);
  history.show(RANGE);
  expect(asked()[0]?.href).toContain("http://example.org/maps/api/history/clusters?bbox=");
  expect(asked()[0]?.searchParams.get("zoom")).toBe("8");
});

test("the old circles stay until the new ones come", async () => {
  history.show(RANGE);
  await answer({ clusters: [CLUSTER], positions: 7 });
  history.refresh();
  expect(history.state.get().loading).toBe(true);
  expect(history.clusters.get()).toHaveLength(1);
});

test("a small move of the map asks for nothing, another whole zoom does", async () => {
  history.show(RANGE);
  await answer({ clusters: [CLUSTER], positions: 7 });
  history.look({ ...AREA, west: 0.501, east: 0.601 });
  expect(asked()).toHaveLength(1);
  history.look({ ...AREA, zoom: 9 });
  expect(asked()).toHaveLength(2);
});

test("circles are those of the whole zoom before, whose grid is as wide as they are", () => {
  history.look({ ...AREA, zoom: 8.9 });
  history.show(RANGE);
  expect(asked()[0]?.searchParams.get("zoom")).toBe("8");
});

test("a newer request ends the one under way", async () => {
  history.show(RANGE);
  const first = vi.mocked(fetch).mock.calls[0]?.[1]?.signal;
  history.look({ ...AREA, zoom: 10 });
  expect(first?.aborted).toBe(true);
  answers.shift();
  await answer({ clusters: [], positions: 0 });
  expect(history.state.get()).toMatchObject({ error: null, clusters: 0 });
});

test("an error says what the server said and leaves the circles", async () => {
  history.show(RANGE);
  await answer({ clusters: [CLUSTER], positions: 7 });
  history.refresh();
  await answer({ title: "Bad", status: 400, detail: "from: expected a time" }, 400);
  expect(history.state.get().error).toBe("from: expected a time");
  expect(history.clusters.get()).toHaveLength(1);
});

test("an answer that is no history is an error", async () => {
  history.show(RANGE);
  await answer({ clusters: "many" });
  expect(history.state.get().error).not.toBeNull();
});

test("newer positions are counted while the range reaches to now", async () => {
  history.show(RANGE);
  await answer({ clusters: [], positions: 0 });
  history.addNewer(3, RANGE.to + 1000);
  history.addNewer(3, RANGE.to + 3_600_000);
  await vi.waitFor(() => expect(history.state.get().newer).toBe(3));
});

test("newer positions are told of once a second, however many messages bring them", async () => {
  history.show(RANGE);
  await answer({ clusters: [], positions: 0 });
  let told = 0;
  history.state.subscribe(() => {
    told += 1;
  });
  for (let i = 0; i < 40; i += 1) history.addNewer(5, RANGE.to);
  await vi.waitFor(() => expect(history.state.get().newer).toBe(200));
  expect(told).toBe(1);
});

test("circles that are not circles are left out", async () => {
  history.show(RANGE);
  await answer({ clusters: [null, { ...CLUSTER, bbox: [24, 59, "east", 61] }, CLUSTER] });
  expect(history.state.get()).toMatchObject({ error: null, clusters: 1, positions: 7 });
});

test("without a range there are no circles", async () => {
  history.show(RANGE);
  await answer({ clusters: [CLUSTER], positions: 7 });
  history.show(null);
  expect(history.clusters.get()).toEqual([]);
});
