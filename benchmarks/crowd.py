"""How many positions a second reach viewers that look at different parts of a crowd?

    python -m benchmarks.crowd

20,000 devices in a region, each moving once a second inside the server (benchmarks/hub.py). Each viewer looks at a box
of a quarter of the region's width and height at a place of its own, without zoom: every move counts. That is 6 % of the
devices, and those around it to which the server widens the box. The row without viewers is what making the moves and
taking them into the fleet costs by itself. Latencies are from a move to the frame that tells of it: of the newest and
of the oldest position in each frame.
"""

import json
import time
import urllib.request

from benchmarks.hub import REGION, SETTLE, hub, measure, spoken, views
from benchmarks.load import Viewers
from benchmarks.server import Server, machine

DEVICES = 20_000
RATE = 20_000  # positions a second
SHARE = 0.25  # of the region's width and height
VIEWERS = (100, 300, 1000, 3000)
SECONDS = 10.0  # as long as the server looks back for its rates
COLUMNS = (
    "wire",
    "viewers",
    "announced/s",
    "delivered/s",
    "delivered a core-second",
    "frames/s",
    "newest p50 ms",
    "p99 ms",
    "oldest p50 ms",
    "p99 ms",
    "kB/s a viewer",
    "server cores",
    "client cores",
)


def announced(target: Server) -> float:
    """Positions a second, over the last ten seconds."""
    with urllib.request.urlopen(f"http://127.0.0.1:{target.port}/api/stats") as answer:
        return float(json.load(answer)["rates"]["announced"])


def alone() -> str:
    with hub(DEVICES, RATE, REGION) as target:
        time.sleep(SETTLE)
        cpu = target.cpu()
        time.sleep(SECONDS)
        cpu = target.cpu() - cpu
        return f"| | 0 | {announced(target):,.0f} |{' |' * 8} {cpu / SECONDS:.2f} | |"


def crowd(wire: str, count: int) -> str:
    boxes = views(count, REGION, SHARE)
    with hub(DEVICES, RATE, REGION) as target, Viewers(target.port, count, wire, boxes) as viewers:
        found, cpu = measure(target, viewers, SECONDS)
        rate = announced(target)
    newest, oldest = found.newest, found.oldest
    return (
        f"| {wire} | {count:,} | {rate:,.0f} | {found.positions / found.seconds:,.0f} | {found.positions / cpu:,.0f} | "
        f"{found.frames / found.seconds:,.0f} | {newest.p50:.1f} | {newest.p99:.1f} | {oldest.p50:.1f} | "
        f"{oldest.p99:.1f} | {found.bytes / found.seconds / count / 1e3:.1f} | {cpu / found.seconds:.2f} | "
        f"{found.cpu / found.seconds:.2f} |"
    )


def main() -> None:
    wires = spoken()
    print(f"{machine()}; {DEVICES:,} devices, {RATE:,} positions/s, viewers that see {SHARE * SHARE:.0%} of them\n")
    print(f"| {' | '.join(COLUMNS)} |\n| --- |{' --: |' * (len(COLUMNS) - 1)}")
    print(alone(), flush=True)
    for wire in wires:
        for count in VIEWERS:
            print(crowd(wire, count), flush=True)


if __name__ == "__main__":
    main()
