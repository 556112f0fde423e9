"""What the web client costs the browser, beside the gates it was designed to.

    python -m benchmarks.client [devices]

A real server with an hour of history, a simulated fleet that reports once a second, and headless Chromium at 1280 by
720 pixels. Browser, server and fleet share the processor, which plays the graphics card, too: a gate that is missed
here may be met elsewhere, one that is met here is met. Script is the processor time of the page's main thread.
`benchmarks/soak.py` holds the page open for longer, `benchmarks/lighthouse.py` has it judged.
"""

import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Response

from benchmarks.browser import CITY, Trace, browsing, fleet, full, watched
from benchmarks.past import store_past
from benchmarks.server import Server, machine, percentile, server
from benchmarks.soak import slope, soak

FEW = 2000  # devices whose positions, once in two seconds, are a thousand a second
KEYS = 200
FRAMES = """ms => new Promise(resolve => {
  const frames = [performance.now()];
  const look = now => {
    frames.push(now);
    if (now - frames[0] < ms) requestAnimationFrame(look);
    else resolve(frames.slice(1).map((one, i) => one - frames[i]).slice(1));
  };
  requestAnimationFrame(look);
})"""

Row = tuple[str, str, str]  # what, measured, gate


def share(found: list[float], part: float) -> float:
    return percentile(sorted(found), part) if found else float("nan")


def first_marker(browser: Browser, address: str) -> Iterator[Row]:
    found = list[float]()
    for _ in range(3):
        page = watched(browser)
        page.goto(address + CITY, wait_until="commit")
        page.wait_for_function("() => window.herenow?.metrics().drawn > 0", polling="raf", timeout=60_000)
        found.append(page.evaluate("() => performance.now()"))
        page.context.close()
    figure = ", ".join(f"{one:,.0f}" for one in sorted(found))
    yield "A5 first marker, cold cache, three times", f"{figure} ms", "≤ 1,500 ms (2,500)"


def live(page: Page) -> Iterator[Row]:
    yield "devices, of which in view", page.evaluate(
        "() => `${window.herenow.devices().length}, ${window.herenow.metrics().drawn}`"
    ), ""  # fmt: skip
    page.evaluate("() => window.watch.tasks = []")
    with Trace(page) as trace:
        page.wait_for_timeout(30_000)
    intervals: list[float] = page.evaluate(FRAMES, 20_000)
    page.wait_for_timeout(10_000)
    watch: dict[str, Any] = page.evaluate("() => window.watch")
    yield "A1 script a frame, p95 of 30 s", f"{share(trace.frames(), 0.95):.1f} ms", "≤ 4 ms"
    rate, late = 1000 / statistics.median(intervals), share(intervals, 0.95)
    yield "A2 frames of the page in 20 s", f"{rate:.0f}/s, p95 {late:.0f} ms", "≥ 30/s, p95 ≤ 50 ms"
    counts, script = zip(*trace.messages("positions"), strict=True)
    yield "A7 decode and apply 10,000 positions", f"{sum(script) / sum(counts) * 10_000:.1f} ms", "≤ 5 + 3 ms"
    longest = max(watch["tasks"], default=0)
    yield "A8 tasks over 50 ms in 60 s", f"{len(watch['tasks'])}, longest {longest:.0f} ms", "≤ 2, ≤ 150 ms"
    stats = [script for _, script in trace.messages("statistics")]
    figure = f"p50 {share(stats, 0.5):.1f}, p95 {share(stats, 0.95):.1f} ms"
    yield f"A12 script of all that statistics draw, {len(stats)} times", figure, "≤ 1 ms"
    yield "A12 sums unlike the server's count", str(watch["wrongSums"]), "0"


def listing(page: Page) -> Iterator[Row]:
    page.get_by_role("option").first.wait_for()
    with Trace(page) as keys:
        for _ in range(KEYS):
            page.keyboard.press("j")
    rows = page.get_by_role("option").count()
    page.keyboard.press("Escape")
    search = page.get_by_label("Search devices by name or id")
    with Trace(page) as letters:
        search.press_sequentially("bus 1234", delay=150)
        begin = time.monotonic()
        page.wait_for_function("() => document.querySelectorAll('[role=option]').length <= 5", timeout=30_000)
        shown = (time.monotonic() - begin) * 1000
    yield f"A11 script of a key j, {KEYS} times", p95(keys.handling("keydown")), "≤ 16 ms"
    yield "A11 script of a letter searched", p95(letters.handling("keydown", "input")), "≤ 16 ms"
    yield "A11 last letter → rows", f"{shown:.0f} ms", ""
    yield "A11 rows in the document", str(rows), "≤ 60"
    search.fill("")
    page.keyboard.press("Escape")


def p95(found: list[float]) -> str:
    return f"p95 {share(found, 0.95):.1f}, at most {max(found):.1f} ms"


def memory(page: Page) -> Iterator[Row]:
    found = list(soak(page, 75))
    last = found[-1]
    yield "A9 heap, and its growth", f"{last.heap:.0f} MB, {slope(found):+.1f} MB/min", "≤ 120 MB, < 0.5 MB/min"
    middle = found[len(found) // 2]
    counts = ", ".join(f"{before} → {after}" for before, after in zip(middle[2:], last[2:], strict=True))
    yield "A9 nodes, listeners, buffers", counts, "flat"


def history(page: Page) -> Iterator[Row]:
    came = list[int]()

    def count(response: Response) -> None:
        if "/api/history/tiles/" in response.url:
            came.append(int(response.headers.get("content-length", 0)))

    def drawn(begin: Callable[[], None]) -> float:
        clock = time.monotonic()
        with page.expect_response("**/api/history/tiles/**"):
            begin()
        page.wait_for_function("() => document.querySelector('.dock[aria-busy=false]')", timeout=60_000)
        return (time.monotonic() - clock) * 1000

    page.on("response", count)
    first = drawn(lambda: page.get_by_role("radio", name="24 h", exact=True).check())
    sizes, marks = sum(came), page.evaluate("() => window.herenow.historyMarks().length")
    found = list[float]()
    for chip in page.locator(".kind-chips button").all():
        found.append(drawn(chip.click))
        chip.click()
        page.wait_for_timeout(1000)
    yield "A10 a day chosen → tiles drawn", f"{first:,.0f} ms, {sizes / 1000:.0f} kB", "≤ 1,000 ms, ≤ 400 kB"
    yield f"A10 filter changed → tiles drawn, {len(found)} times", f"at most {max(found):,.0f} ms", "≤ 1,000 ms"
    yield "A10 marks in view", str(marks), "≤ 1,500"


def replay(page: Page) -> Iterator[Row]:
    """Blocks are of an hour: the first look at one is cold, any later one warm."""
    requested = list[str]()
    page.on("request", lambda request: requested.append(request.url) if "/api/history/replay/" in request.url else None)
    page.get_by_role("radio", name=re.compile("^Since ")).last.check()

    def seek(begin: Callable[[], None], drawn: float) -> float:
        clock = time.monotonic()
        draws = page.evaluate("() => window.watch.draws")
        begin()
        page.wait_for_function(
            "([draws, drawn]) => window.watch.draws > draws && document.querySelector('.replay[aria-busy=false]')"
            " && window.herenow.metrics().drawn >= drawn",
            arg=[draws, drawn],
            polling="raf",
            timeout=60_000,
        )
        return (time.monotonic() - clock) * 1000

    fleet = page.evaluate("() => window.herenow.metrics().drawn") * 0.9
    cold = seek(lambda: page.get_by_role("radio", name="Replay").check(), 1)
    slider = page.get_by_role("slider", name="Visible time")
    begin, end = (int(slider.get_attribute(name) or 0) for name in ("min", "max"))
    last = begin + (end - begin) // 10_000 * 10_000
    ago = [minutes * 60_000 for minutes in (30, 10, 40, 20, 50, 15, 35, 25, 45, 30)]
    warm = [seek(partial(slider.fill, str(last - one)), fleet) for one in ago]
    page.get_by_role("button", name="Play", exact=True).click()
    with Trace(page) as trace:
        page.wait_for_timeout(10_000)
    page.get_by_role("radio", name="Live").check()
    yield "A13 replay → drawn, cold", f"{cold:,.0f} ms", "≤ 1,500 ms"
    yield "A13 seek → drawn, warm, ten times", f"p50 {share(warm, 0.5):,.0f}, at most {max(warm):,.0f} ms", "≤ 700 ms"
    yield "A13 script a frame while it plays at 60×, p95", f"{share(trace.frames(), 0.95):.1f} ms", "≤ 4 ms"
    yield "A13 blocks, and requests for them", f"{len(set(requested))}, {len(requested)}", "a block once"


def delay(page: Page) -> Iterator[Row]:
    page.wait_for_timeout(5000)
    page.evaluate("() => { window.watch.delays = [] }")
    page.wait_for_timeout(15_000)
    late: list[float] = page.evaluate("() => window.watch.delays")
    figure = f"p50 {share(late, 0.5):.0f}, p95 {share(late, 0.95):.0f} ms"
    yield "A6 sent by the server → drawn, 1,000 positions/s", figure, "p95 ≤ 50 ms + a frame"


def measured(target: Server, devices: int) -> Iterator[Row]:
    address = f"http://127.0.0.1:{target.port}/"
    with browsing() as browser:
        with fleet(target.port, devices, 1):
            page = watched(browser)
            page.goto(address + CITY)
            full(page, devices)
            page.context.close()
            yield from first_marker(browser, address)
            page = watched(browser)
            requested = list[str]()
            page.on("request", lambda request: requested.append(request.url))
            page.goto(address + CITY)
            full(page, devices)
            page.wait_for_timeout(5000)
            for part in (live, listing, history, replay, memory):
                yield from part(page)
            elsewhere = [url for url in requested if not url.startswith((address, "data:", "blob:"))]
            yield f"A18 requests to anywhere else, of {len(requested)}", str(len(elsewhere)), "0"
        with fleet(target.port, FEW, 2):
            yield from delay(page)


def main() -> None:
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    print(machine() + "\n")
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder:
        store = Path(folder) / "past.db"
        count = asyncio.run(store_past(store, devices))
        print(f"| what, {devices:,} devices, {count:,} positions stored before | here | gate |")
        print("| --- | --- | --- |", flush=True)
        with server(store) as target:
            for what, here, gate in measured(target, devices):
                print(f"| {what} | {here} | {gate} |", flush=True)


if __name__ == "__main__":
    main()
