"""A fleet on a real server and a page of it in headless Chromium, for benchmarks of the client."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from tests.acceptance.browser import FLAGS, chromium

CITY = "#11/30.27/-97.525"  # all of the simulated city, at the zoom for which the client was designed
SIZE: ViewportSize = {"width": 1280, "height": 720}
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"]

# Watches the client from outside: what each message was, when it next drew markers, and how it was held up. A mark in
# the task of each message tells a trace what that task was for.
WATCH = """(() => {
  const watch = window.watch = {tasks: [], wrongSums: 0, delays: [], sockets: 0, backwards: 0, buffers: 0, draws: 0};
  new PerformanceObserver(list => watch.tasks.push(...list.getEntries().map(one => one.duration)))
    .observe({type: 'longtask'});
  let undrawn = [], last = {};
  const mark = name => { performance.mark(name); performance.clearMarks(name); };
  const hearPositions = frame => {
    const view = new DataView(frame);
    const epoch = view.getBigUint64(24, true), seq = view.getFloat64(8, true);
    const isUpdate = view.getUint8(0) === 2;
    if (isUpdate && epoch === last.epoch && seq <= last.seq) watch.backwards += 1;
    last = {epoch, seq};
    if (!isUpdate) return;
    undrawn.push(view.getFloat64(16, true));
    let count = 0;
    for (let at = 32; at < frame.byteLength; at += view.getUint32(at, true)) count += view.getUint32(at + 4, true);
    mark(`positions ${count}`);
  };
  const number = text => Number(text.replace(/\\D/g, ''));
  const compare = text => {
    const shown = [...document.querySelectorAll('.donut-entry .number:not(.donut-share)')];
    const sum = shown.reduce((all, one) => all + number(one.textContent), 0);
    if (shown.length > 0 && sum !== JSON.parse(text).devices) watch.wrongSums += 1;
  };
  const hearText = text => {
    if (!text.startsWith('{"type":"stats"')) return;
    mark('statistics 1');
    setTimeout(compare, 0, text);
  };
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...all) {
      super(...all);
      watch.sockets += 1;
      this.addEventListener('message', ({data}) => data instanceof ArrayBuffer ? hearPositions(data) : hearText(data));
    }
  };
  const card = WebGL2RenderingContext.prototype;
  const after = (name, then) => {
    const real = card[name];
    card[name] = function (...all) { const made = real.apply(this, all); then(); return made; };
  };
  after('createBuffer', () => { watch.buffers += 1; });
  after('deleteBuffer', () => { watch.buffers -= 1; });
  for (const name of ['drawArrays', 'drawElements']) after(name, () => {
    watch.draws += 1;
    const now = Date.now();
    for (const sent of undrawn) watch.delays.push(now - sent);
    undrawn = [];
  });
})()"""


@contextlib.contextmanager
def fleet(port: int, devices: int, interval: float) -> Iterator[None]:
    command = [sys.executable, "-m", "herenow", "simulate", "--devices", str(devices), "--interval", str(interval)]
    process = subprocess.Popen([*command, "--server", f"http://127.0.0.1:{port}"])
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def browsing(*flags: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


def watched(browser: Browser) -> Page:
    """With nothing in its cache."""
    page = browser.new_context(viewport=SIZE).new_page()
    page.add_init_script(WATCH)
    return page


def full(page: Page, devices: int) -> None:
    """Waits until it has nearly all of them; some lie outside of its view."""
    page.wait_for_function("count => window.herenow?.devices().length >= count", arg=devices * 0.9, timeout=60_000)


class Trace:
    """What the main thread did while `with` lasted. Durations are processor time in ms: the machine is shared."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._events: list[dict[str, Any]] = []

    def __enter__(self) -> "Trace":
        browser = self._page.context.browser
        assert browser
        self._browser = browser
        browser.start_tracing(page=self._page, categories=CATEGORIES)
        return self

    def __exit__(self, *_: object) -> None:
        events = json.loads(self._browser.stop_tracing())["traceEvents"]
        thread = next((one["pid"], one["tid"]) for one in events if one["name"] == "FireAnimationFrame")
        events = [one for one in events if "ts" in one and (one["pid"], one["tid"]) == thread]
        self._events = sorted(events, key=lambda one: float(one["ts"]))

    def handling(self, *types: str) -> list[float]:
        """Of each event of these types that the page received."""
        return [one["tdur"] / 1000 for one in self._lasting("EventDispatch") if one["args"]["data"]["type"] in types]

    def frames(self) -> list[float]:
        """The script of all that is drawn in one frame; callbacks of one frame follow each other at once."""
        found: list[float] = []
        ended = float("-inf")
        for one in self._lasting("FireAnimationFrame"):
            if one["ts"] - ended > 1000:
                found.append(0.0)
            found[-1] += one["tdur"] / 1000
            ended = one["ts"] + one["dur"]
        return found

    def messages(self, kind: str) -> Iterator[tuple[int, float]]:
        """Of each message that `WATCH` marked as of this kind: its count, and the script that it caused."""
        tasks, calls = self._lasting("RunTask"), self._lasting("FunctionCall")
        for mark in self._events:
            if mark["name"].split()[0] == kind and mark["cat"] == "blink.user_timing":
                of = [one for one in tasks if one["ts"] <= mark["ts"] <= one["ts"] + one["dur"]]
                if of:
                    end = of[0]["ts"] + of[0]["dur"]
                    script = sum(one["tdur"] for one in calls if mark["ts"] < one["ts"] < end)
                    yield int(mark["name"].split()[1]), script / 1000

    def _lasting(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self._events if one["name"] == name and "tdur" in one and "dur" in one]
