"""Does a page that is open for long grow?

    python -m benchmarks.soak [minutes] [devices]

A page of a fleet that reports once a second, where somebody pans, selects and filters all the time. What it holds is
counted after its garbage was collected; the slope is that of the line through all that was found after the warm-up.
"""

import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from playwright.sync_api import CDPSession, Page

from benchmarks.browser import CITY, browsing, fleet, full, watched
from benchmarks.server import machine, server

WARM_UP = 0.25  # of the time
ROUND = 3.0  # s between two things that are done


class Held(NamedTuple):
    minutes: float
    heap: float  # MB
    nodes: int
    listeners: int
    buffers: int  # of the graphics card


def soak(page: Page, seconds: float) -> Iterator[Held]:
    session = page.context.new_cdp_session(page)
    begin = time.monotonic()
    while (elapsed := time.monotonic() - begin) < seconds:
        yield _held(page, session, elapsed / 60)
        _use(page)


def _use(page: Page) -> None:
    """Everything that is begun is ended, so that what is held afterwards is held for nothing."""
    for dx in (200, -200):
        page.mouse.move(640, 300)
        page.mouse.down()
        page.mouse.move(640 + dx, 300, steps=10)
        page.mouse.up()
        page.wait_for_timeout(ROUND * 500)
    chip = page.locator(".kind-chips button").first
    chip.click()
    page.get_by_role("option").first.click()
    page.wait_for_timeout(ROUND * 1000)
    page.keyboard.press("Escape")
    chip.click()
    page.wait_for_timeout(ROUND * 1000)


def _held(page: Page, session: CDPSession, minutes: float) -> Held:
    page.evaluate("() => Object.assign(window.watch, {tasks: [], delays: []})")  # or what is noted would grow
    session.send("HeapProfiler.collectGarbage")
    counters = session.send("Memory.getDOMCounters")
    size = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    buffers: int = page.evaluate("() => window.watch.buffers")
    return Held(minutes, size, counters["nodes"], counters["jsEventListeners"], buffers)


def slope(found: list[Held]) -> float:
    """MB a minute."""
    settled = [one for one in found if one.minutes >= found[-1].minutes * WARM_UP]
    middle = sum(one.minutes for one in settled) / len(settled)
    spread = sum((one.minutes - middle) ** 2 for one in settled)
    return sum((one.minutes - middle) * one.heap for one in settled) / spread if spread else 0.0


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    devices = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    print(f"{machine()}; {devices:,} devices, one position a second each\n")
    print("| minutes | heap MB | nodes | listeners | buffers |\n| --: | --: | --: | --: | --: |", flush=True)
    with server() as target, fleet(target.port, devices, 1), browsing() as browser:
        page = watched(browser)
        page.goto(f"http://127.0.0.1:{target.port}/{CITY}")
        full(page, devices)
        found = list[Held]()
        for held in soak(page, minutes * 60):
            if not found or held.minutes // (minutes / 20) != found[-1].minutes // (minutes / 20):
                print(f"| {held.minutes:.1f} | {held.heap:.1f} | {held.nodes} | {held.listeners} | {held.buffers} |")
                sys.stdout.flush()
            found.append(held)
        counters: dict[str, int] = page.evaluate("() => window.watch")
        shown = page.evaluate("() => window.herenow.devices().length")
    print(f"\nHeap {slope(found):+.2f} MB a minute after the warm-up; frames of an older state: "
          f"{counters['backwards']}; sockets: {counters['sockets']}; devices at the end: {shown:,}.")  # fmt: skip


if __name__ == "__main__":
    main()
