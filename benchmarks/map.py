"""What does a frame of moving markers cost the page, and how many come?

    python -m benchmarks.map [seconds] [devices ...]

A real server, a simulated fleet that reports once in two seconds, and headless Chromium at 1280 by 720 pixels with the
whole city in view: markers drawn by the graphics card, and by the page where there is none. There is no graphics card
here but one that the processor plays, which the fleet and the server share: frames a second say little, script does.
"""

import sys
from collections.abc import Iterator

from benchmarks.browser import SIZE, browsing, fleet, full
from benchmarks.server import machine, server

CITY = "#12.3/30.27/-97.525"
INTERVAL = 2  # s


def figures(port: int, seconds: float, devices: int) -> Iterator[str]:
    for name, flags in (("the graphics card", []), ("the page", ["--disable-3d-apis"])):
        with browsing(*flags) as browser:
            page = browser.new_page(viewport=SIZE)
            page.goto(f"http://127.0.0.1:{port}/{CITY}")
            full(page, devices)
            page.wait_for_timeout(3000)
            found = []
            for _ in range(int(seconds)):
                page.wait_for_timeout(1000)
                found.append(page.evaluate("() => window.herenow.metrics()"))
        mean, most, frames = (
            sorted(one[key] for one in found)[len(found) // 2] for key in ("jsPerFrameMs", "jsPerFrameMs95", "fps")
        )
        yield f"| {devices:,} | {name} | {found[-1]['drawn']:,} | {mean:.2f} | {most:.2f} | {frames} |"


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(machine() + "\n")
    print("| devices | drawn by | in view | ms of script a frame | p95 | frames/s |")
    print("| --: | --- | --: | --: | --: | --: |", flush=True)
    for devices in [int(text) for text in sys.argv[2:]] or [1000, 10_000]:
        with server() as target, fleet(target.port, devices, INTERVAL):
            for line in figures(target.port, seconds, devices):
                print(line, flush=True)


if __name__ == "__main__":
    main()
