"""What does a viewer cost while nothing moves?

    python -m benchmarks.idle

10,000 viewers look at boxes of their own among 1,000 devices that stand still; they are sent their snapshot, stats and
pings. Memory is what the server process holds, before and after.
"""

import time

from benchmarks.hub import REGION, SETTLE, hub, spoken, views
from benchmarks.load import Viewers
from benchmarks.server import machine

DEVICES = 1000
VIEWERS = 10_000
SHARE = 0.1  # of the region's width and height
SECONDS = 8.0


def idle(wire: str) -> str:
    with hub(DEVICES, 0, REGION) as target:
        time.sleep(SETTLE)
        before = target.resident()
        with Viewers(target.port, VIEWERS, wire, views(VIEWERS, REGION, SHARE)):
            time.sleep(SETTLE)
            cpu = target.cpu()
            time.sleep(SECONDS)
            cpu, after = target.cpu() - cpu, target.resident()
    return (
        f"| {wire} | {before / 1e6:.1f} | {after / 1e6:.1f} | {(after - before) / VIEWERS / 1e3:.1f} | "
        f"{cpu / SECONDS:.3f} |"
    )


def main() -> None:
    wires = spoken()
    print(f"{machine()}; {VIEWERS:,} viewers, {DEVICES:,} devices that stand still\n")
    print("| wire | MB before | MB with all viewers | kB a viewer | server cores |\n| --- | --: | --: | --: | --: |")
    for wire in wires:
        print(idle(wire), flush=True)


if __name__ == "__main__":
    main()
