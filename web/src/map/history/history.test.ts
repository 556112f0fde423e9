import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { History } from "./history";

const RANGE = { from: 0, to: 3_600_000 };
const SEEN = { positions: 7, circles: 2, missing: 0, problem: null, retryWait: null };

let history: History;
let answers: ((response: Response) => void)[];

function requests(): URL[] {
  return vi.mocked(fetch).mock.calls.map(([url]) => url as URL);
}

async function answer(body: unknown, status = 200, headers: HeadersInit = {}): Promise<void> {
  answers.shift()?.(Response.json(body, { status, headers }));
  await vi.advanceTimersByTimeAsync(0);
}

async function draw(version: string, made: number | null = 1000): Promise<void> {
  await answer({ ...RANGE, version, made });
}

async function pass(seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
}

beforeEach(() => {
  vi.useFakeTimers();
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
  history.start();
});

afterEach(() => {
  history.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test("the first request follows the choice of a range, and gets its version", async () => {
  await pass(60);
  expect(requests()).toHaveLength(0);
  history.show(RANGE);
  expect(requests()[0]?.href).toBe("http://example.org/maps/api/history?from=0&to=3600000");
  await draw("a");
  expect(history.drawing.get()).toMatchObject({ ...RANGE, version: "a" });
});

test("it loads until all tiles in view are there", async () => {
  history.show(RANGE);
  expect(history.state.get().loading).toBe(true);
  await draw("a");
  history.setSurvey({ ...SEEN, missing: 2 });
  expect(history.state.get().loading).toBe(true);
  history.setSurvey(SEEN);
  expect(history.state.get()).toMatchObject({ loading: false, positions: 7, circles: 2, made: 1000 });
});

test("a newer version is reported, and drawn only after a refresh", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey(SEEN);
  await pass(25);
  expect(requests()).toHaveLength(1);
  await pass(10);
  await draw("b");
  expect(history.state.get().newer).toBe(true);
  expect(history.drawing.get()?.version).toBe("a");
  await pass(120);
  expect(requests()).toHaveLength(2);
  history.refresh();
  await draw("b");
  expect(history.state.get().newer).toBe(false);
  expect(history.drawing.get()?.version).toBe("b");
});

test("the same version is nothing new", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey(SEEN);
  await pass(35);
  await draw("a", 2000);
  expect(history.state.get()).toMatchObject({ newer: false, made: 1000 });
});

test("where nothing is to be seen, the newer version is drawn at once", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey({ ...SEEN, positions: 0, circles: 0 });
  await pass(11);
  await draw("b");
  expect(history.drawing.get()?.version).toBe("b");
});

test("before the first build no tiles are requested, and the next check comes soon", async () => {
  history.show(RANGE);
  await draw("a", null);
  expect(history.drawing.get()).toBeNull();
  expect(history.state.get()).toMatchObject({ loading: false, made: null });
  await pass(11);
  await draw("b");
  expect(history.drawing.get()?.version).toBe("b");
});

test("while the layer is off or the page is not in view it does not look", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey(SEEN);
  history.setOn(false);
  await pass(120);
  history.setOn(true);
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  await pass(120);
  expect(requests()).toHaveLength(1);
  vi.restoreAllMocks();
});

test("cancelled loading is reported, and starts again with a refresh or another filter", async () => {
  expect(history.cancel()).toBe(false);
  expect(history.state.get().error).toBeNull();
  history.show(RANGE);
  const request = vi.mocked(fetch).mock.calls[0]?.[1]?.signal;
  history.cancel();
  expect(request?.aborted).toBe(true);
  expect(history.state.get()).toMatchObject({ loading: false, error: "Stopped: not all of it is shown." });
  answers.shift(); // which nobody waits for
  history.refresh();
  expect(history.state.get()).toMatchObject({ loading: true, error: null });
  await draw("a");
  const first = history.drawing.get()?.attempt;
  history.setSurvey({ ...SEEN, missing: 3 });
  history.cancel();
  history.setFilter(new Set(["bus"]), ["bus"]);
  expect(history.state.get()).toMatchObject({ loading: true, error: null });
  expect(history.drawing.get()?.attempt).not.toBe(first);
});

test("it looks once at a time", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey(SEEN);
  await pass(120);
  expect(requests()).toHaveLength(2);
});

test("a newer request ends the one under way", () => {
  history.show(RANGE);
  const first = vi.mocked(fetch).mock.calls[0]?.[1]?.signal;
  history.show({ from: 0, to: 7_200_000 });
  expect(first?.aborted).toBe(true);
});

test("an error shows the message of the server and leaves the drawing", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey(SEEN);
  history.refresh();
  await answer({ title: "Bad", status: 400, detail: "from: expected a time" }, 400);
  expect(history.state.get()).toMatchObject({ loading: false, error: "from: expected a time" });
  expect(history.drawing.get()?.version).toBe("a");
});

test("a look that fails changes nothing", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey(SEEN);
  await pass(35);
  await answer({ detail: "no" }, 503);
  expect(history.state.get()).toMatchObject({ error: null, newer: false, positions: 7 });
});

test("failed tiles are an error, and a refresh loads them again", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey({ ...SEEN, problem: "The server answered 503." });
  expect(history.state.get().error).toBe("The server answered 503.");
  const before = history.drawing.get()?.attempt;
  history.refresh();
  history.setSurvey({ ...SEEN, problem: "The server answered 503." });
  await draw("a");
  expect(history.drawing.get()?.attempt).not.toBe(before);
  expect(history.state.get().error).toBeNull();
});

test("an answer that is no history is an error", async () => {
  history.show(RANGE);
  await answer({ from: 0, version: 7 });
  expect(history.state.get().error).not.toBeNull();
});

test("another kind is another drawing of the same version", async () => {
  history.show(RANGE);
  await draw("a");
  history.setFilter(new Set(["bus"]), ["bus"]);
  expect(history.drawing.get()).toMatchObject({ version: "a", filter: { kind: "bus" } });
  expect(requests()).toHaveLength(1);
});

test("without a range nothing is drawn", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey(SEEN);
  history.show(null);
  expect(history.drawing.get()).toBeNull();
  expect(history.state.get()).toMatchObject({ range: null, positions: 0, loading: false });
});

test("while the server rebuilds its rollups, tiles are loaded again when it says so", async () => {
  history.show(RANGE);
  await draw("a");
  const attempt = history.drawing.get()?.attempt ?? 0;
  for (let round = 1; round <= 3; round += 1) {
    history.setSurvey({ ...SEEN, problem: "history is being made", retryWait: 4000 });
    history.setSurvey({ ...SEEN, problem: "history is being made", retryWait: 4000 });
    await pass(3.9);
    expect(requests()).toHaveLength(round);
    await pass(2.2);
    expect(requests()).toHaveLength(round + 1);
    await draw("a");
    expect(history.drawing.get()?.attempt).toBe(attempt + round);
  }
  history.setSurvey(SEEN);
  expect(history.state.get().error).toBeNull();
  await pass(20);
  expect(requests()).toHaveLength(4);
});

test("a new range that the server cannot give yet is loaded again, though an older drawing is on the map", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey(SEEN);
  history.show({ from: RANGE.from, to: RANGE.to + 1 });
  await answer({ detail: "history is being made" }, 503, { "Retry-After": "2" });
  history.setSurvey(SEEN); // of the older drawing
  expect(history.state.get().error).toBe("history is being made");
  await pass(4);
  expect(requests()).toHaveLength(3);
  await draw("b");
  expect(history.state.get().error).toBeNull();
});

test("another view with all tiles has no error of the tiles before", async () => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey({ ...SEEN, problem: "history is being made", retryWait: 1000 });
  history.setSurvey(SEEN);
  expect(history.state.get().error).toBeNull();
});

test("a request that fails while the layer is hidden is not repeated", async () => {
  history.show(RANGE);
  history.setOn(false);
  await answer({ detail: "history is being made" }, 503, { "Retry-After": "1" });
  await pass(5);
  expect(requests()).toHaveLength(1);
});

test.each([
  ["another view has its tiles", () => history.setSurvey(SEEN)],
  ["the layer is hidden", () => history.setOn(false)],
  ["it is cancelled", () => history.stop()],
])("it is not loaded again once %s", async (_, change) => {
  history.show(RANGE);
  await draw("a");
  history.setSurvey({ ...SEEN, problem: "history is being made", retryWait: 1000 });
  change();
  await pass(3);
  expect(requests()).toHaveLength(1);
});

test("a range that the server cannot give yet is requested again, at most once a minute", async () => {
  history.show(RANGE);
  await answer({ detail: "history is being made" }, 503, { "Retry-After": "3600" });
  expect(history.state.get().error).toBe("history is being made");
  await pass(59);
  expect(requests()).toHaveLength(1);
  await pass(32);
  expect(requests()).toHaveLength(2);
  await draw("a");
  expect(history.state.get().error).toBeNull();
});
