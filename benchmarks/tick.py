"""What does a tick cost, as devices move and viewers look at places of their own?

    python -m benchmarks.tick

In one process, without sockets: the hub takes the moves of a tick, decides what each viewer is due and encodes it in
binary, tile by tile. Each view is a box of a hundredth of the area. Joining each viewer's frame is counted apart.
"""

import random
import time

from benchmarks.server import machine
from herenow.live.encoders import Written
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.model.device import advance
from herenow.model.geo.box import Box
from herenow.model.position import Position
from herenow.model.report import Report, accept
from herenow.model.view import View

ROUNDS = 5
STEP = 2e-4  # degrees
NOW = 1_790_000_000_000
CASES = [(100, 1000), (1000, 100), (1000, 1000), (10_000, 1000)]  # moves in a tick, viewers


def moves(places: list[list[float]], time_: int, dice: random.Random) -> list[Position]:
    """Each some metres on."""
    for place in places:
        place[0] += dice.uniform(-STEP, STEP)
        place[1] += dice.uniform(-STEP, STEP)
    return [
        accept(Report(device_id=f"d{n}", time=time_, latitude=latitude, longitude=longitude), time_, "bench")
        for n, (latitude, longitude) in enumerate(places)
    ]


class Nowhere:
    """A connection that takes everything."""

    full = False

    def write(self, pieces: Written) -> None:
        pass

    def unread(self) -> int:
        return 0

    def gone(self) -> int:
        return 0

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:
        pass


def measure(moved: int, viewers: int) -> str:
    dice, hub = random.Random(1), Hub(lambda: NOW)
    places = [[dice.uniform(50, 60), dice.uniform(10, 20)] for _ in range(moved)]
    for _ in range(viewers):
        west, south = dice.uniform(10, 19), dice.uniform(50, 59)
        hub.set_view(Viewer(hub.binary_wire, Nowhere()), View(Box(west, south, west + 1, south + 1)))
    ticking = sending = 0.0
    for turn in range(ROUNDS + 1):
        hub.on_news(advance({}, moves(places, NOW + turn, dice)))
        started = time.perf_counter()
        due = hub.tick()
        ticked = time.perf_counter()
        for _ in hub.send(due):
            pass
        if turn:  # in the first, every device is new
            ticking += ticked - started
            sending += time.perf_counter() - ticked
    return f"| {moved:,} | {viewers:,} | {ticking / ROUNDS * 1e3:.1f} | {sending / ROUNDS * 1e3:.1f} |"


def main() -> None:
    print(f"{machine()}\n")
    print("| moves in a tick | viewers, each with a view of its own | deciding and encoding, ms | joining frames, ms |")
    print("| --: | --: | --: | --: |")
    for moved, viewers in CASES:
        print(measure(moved, viewers), flush=True)


if __name__ == "__main__":
    main()
