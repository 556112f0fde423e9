"""What does a tick cost, as devices move and viewers look at places of their own?

    python -m benchmarks.tick

In one process, without sockets: the hub takes the moves of one tick and decides what each viewer is due. Each view is a
box of a hundredth of the area. Making the frames is counted apart: each device is encoded once, each view joined once.
"""

import random
import time

from benchmarks.server import machine
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.model.device import advance
from herenow.model.geo import Box
from herenow.model.position import Position
from herenow.model.report import Report, accept
from herenow.model.view import View

ROUNDS = 5
NOW = 1_790_000_000_000
CASES = [(100, 1000), (1000, 100), (1000, 1000), (10_000, 1000)]  # moves in a tick, viewers


def moves(count: int, time_: int, dice: random.Random) -> list[Position]:
    return [
        accept(
            Report(device_id=f"d{n}", time=time_, latitude=dice.uniform(50, 60), longitude=dice.uniform(10, 20)),
            time_,
            "bench",
        )
        for n in range(count)
    ]


def measure(moved: int, viewers: int) -> str:
    dice, hub = random.Random(1), Hub(lambda: NOW)
    watching = []
    for _ in range(viewers):
        west, south = dice.uniform(10, 19), dice.uniform(50, 59)
        watching.append(Viewer(hub.json_frames, View(Box(west, south, west + 1, south + 1))))
    hub.viewers.update(watching)
    ticking = sending = 0.0
    for turn in range(ROUNDS + 1):
        hub.hear(advance({}, moves(moved, NOW + turn, dice)))
        started = time.perf_counter()
        hub.tick()
        ticked = time.perf_counter()
        for viewer in watching:
            viewer.take()
        if turn:  # the first sends snapshots
            ticking += ticked - started
            sending += time.perf_counter() - ticked
    return f"| {moved:,} | {viewers:,} | {ticking / ROUNDS * 1e3:.1f} | {sending / ROUNDS * 1e3:.1f} |"


def main() -> None:
    print(f"{machine()}\n")
    print("| moves in a tick | viewers, each with a view of its own | deciding, ms | making frames, ms |")
    print("| --: | --: | --: | --: |")
    for moved, viewers in CASES:
        print(measure(moved, viewers), flush=True)


if __name__ == "__main__":
    main()
