"""How long does a snapshot of many devices, which nobody has seen yet, hold the event loop?

    python -m benchmarks.snapshot [devices]

The hub alone, in this process: the longest step of preparing the snapshot, and what answering the view takes then, both
in processor time; beside it the same answer without preparation.
"""

import random
import sys
import time
from collections.abc import Iterator

from benchmarks.server import machine
from herenow.live.encoders import Written
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.model.clock import now
from herenow.model.device import Device, first_seen
from herenow.model.geo.box import WORLD
from herenow.model.report import Report, accept
from herenow.model.view import View

VIEW = View(WORLD, zoom=3)


class Counted:
    """A connection that takes everything."""

    full = False

    def write(self, pieces: Written) -> None:
        self.size = sum(map(len, pieces))

    def unread(self) -> int:
        return 0

    def gone(self) -> int:
        return 0

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:
        raise RuntimeError(f"closed: {code} {reason} {retry_ms}")


def devices(count: int) -> Iterator[Device]:
    chance, time_ = random.Random(1), now()
    for number in range(count):
        named: dict[str, str | int | float | bool | None] = {"name": f"Bus {number}", "kind": "bus"}
        place = chance.uniform(50, 60), chance.uniform(10, 20)
        report = Report(
            device_id=f"v{number}", time=time_, latitude=place[0], longitude=place[1], speed=3.0, attributes=named
        )
        yield first_seen(accept(report, time_, "http"))


def measure(fleet: list[Device], wire: str, *, prepared: bool) -> str:
    hub, longest = Hub(), 0.0
    hub.load(fleet)
    hub.tick()
    viewer = Viewer(getattr(hub, wire), Counted())
    began = time.process_time()
    for _ in hub.warm(viewer, VIEW) if prepared else ():
        longest = max(longest, time.process_time() - began)
        began = time.process_time()
    longest = max(longest, time.process_time() - began)
    began = time.process_time()
    hub.set_view(viewer, VIEW)
    answer = time.process_time() - began
    return f"| {wire} | {'yes' if prepared else 'no'} | {longest * 1e3:.1f} | {answer * 1e3:.1f} |"


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    fleet = list(devices(count))
    print(f"{machine()}; {count:,} devices\n")
    print("| wire | prepared | longest step ms | answer ms |\n| --- | --- | --: | --: |")
    for wire in ("json_wire", "binary_wire"):
        for prepared in (False, True):
            print(measure(fleet, wire, prepared=prepared), flush=True)


if __name__ == "__main__":
    main()
