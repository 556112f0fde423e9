"""How long is a page without its server, once that was killed and is there again?

python -m benchmarks.reconnect [times] [devices]
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page
from tests.support.ports import free_port

from benchmarks.browser import browsing, watched
from benchmarks.past import store_past
from benchmarks.server import machine, server

LIVE = """count => document.querySelector('.badge strong')?.textContent === 'Live'
  && window.herenow?.devices().length === count"""
WARNED = "() => !(document.querySelector('.banner[data-tone=warn]')?.hidden ?? true)"


def until(page: Page, true: str, argument: object = None) -> float:
    """Milliseconds until it is."""
    begin = time.monotonic()
    page.wait_for_function(true, arg=argument, polling="raf", timeout=60_000)
    return (time.monotonic() - begin) * 1000


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    devices = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    warned, back = list[float](), list[float]()
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder:
        store, port = Path(folder) / "past.db", free_port()
        asyncio.run(store_past(store, devices))
        with browsing() as browser:
            page = watched(browser)
            for turn in range(times + 1):
                with server(store, port) as target:
                    if turn == 0:
                        page.goto(f"http://127.0.0.1:{port}/#2/30/-97")
                    back.append(until(page, LIVE, devices))
                    page.wait_for_timeout(6000)  # a link that lasted, whose loss is a first one
                    target.kill()
                    warned.append(until(page, WARNED))
    print(f"{machine()}; {devices:,} devices\n\n| A14, {times} times | here | gate |\n| --- | --- | --- |")
    print(f"| killed → warned | at most {max(warned):,.0f} ms | ≤ 1,500 ms |")
    print(f"| there again → live, with all devices | at most {max(back[1:]):,.0f} ms | ≤ 2,000 ms |")


if __name__ == "__main__":
    main()
