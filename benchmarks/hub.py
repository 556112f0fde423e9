"""A server whose fleet drives inside it: what it costs to show moves, without what it costs to take them in.

`herenow run` but for its recorder, in a process of its own (`hub`). A task announces so many positions a second
straight on the bus, devices in turn, each stamped with the moment it is announced. The fleet is put into the store when
that is made, so that a server started again has something to load.
"""

import asyncio
import contextlib
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import uvloop

from benchmarks.load import WIRES, Figures, Refused, Viewers
from benchmarks.server import Server
from herenow.bus.memory import MemoryBus
from herenow.bus.port import NewsFeed
from herenow.intake.intake import LocalIntake
from herenow.logs import set_up_logs
from herenow.model.clock import DAY, now
from herenow.model.device import Device
from herenow.model.geo.box import Box
from herenow.model.position import Position
from herenow.run.loop import SWITCH_INTERVAL
from herenow.run.server import serve
from herenow.settings import Settings, read_settings
from herenow.store.sqlite.store import SqliteStore

SHORTEST_STEP = 0.01  # s between two announcements
BEHIND = 1.0  # s; what could not be announced for longer is left out
METRES = 111_195.0  # of a degree of latitude
SLOWEST, FASTEST = 10.0, 20.0  # m/s
BEND = 5.0  # degrees of course from one position to the next, at most

SETTLE = 1.0  # s before counting begins
REGION = Box(10.0, 50.0, 14.0, 53.0)
WHOLE_WORLD = b'{"type":"view","id":1,"bbox":[-180,-90,180,90]}'
WORLD = Box(-180.0, -80.0, 180.0, 80.0)  # beyond it a degree of longitude is too short to drive along

Column = npt.NDArray[np.float64]
Process = subprocess.Popen[str]


class Driving:
    """Devices that drive along their courses in columns, and turn back at the border of their region."""

    def __init__(self, count: int, region: Box, moment: int) -> None:
        self._dice = np.random.default_rng(1)
        self._region = region
        self._ids = [f"bench-{number:05}" for number in range(count)]
        self._longitudes = self._dice.uniform(region.west, region.east, count)
        self._latitudes = self._dice.uniform(region.south, region.north, count)
        self._courses = self._dice.uniform(0, 360, count)
        self._speeds = self._dice.uniform(SLOWEST, FASTEST, count)
        self._moments = np.full(count, float(moment))
        self._next = 0

    def everyone(self, moment: int) -> list[Device]:
        return self._devices(slice(0, len(self._ids)), moment)

    def drive(self, count: int, moment: int) -> list[Device]:
        """The next devices in turn, as they are at that moment, in ms."""
        moved: list[Device] = []
        while len(moved) < count:
            these = slice(self._next, min(len(self._ids), self._next + count - len(moved)))
            self._move(these, moment)
            moved += self._devices(these, moment)
            self._next = these.stop % len(self._ids)
        return moved

    def _move(self, these: slice, moment: int) -> None:
        courses = self._courses[these] + self._dice.uniform(-BEND, BEND, these.stop - these.start)
        longitudes, latitudes = self._longitudes[these], self._latitudes[these]
        degrees = self._speeds[these] * (moment - self._moments[these]) / 1000 / METRES
        latitudes += degrees * np.cos(np.radians(courses))
        longitudes += degrees * np.sin(np.radians(courses)) / np.cos(np.radians(latitudes))
        courses += 180.0 * self._turned_back(longitudes, latitudes)
        self._courses[these] = courses % 360
        self._moments[these] = moment

    def _turned_back(self, longitudes: Column, latitudes: Column) -> npt.NDArray[np.bool_]:
        """Which are beyond the border; puts them on it."""
        region = self._region
        beyond = (longitudes < region.west) | (longitudes > region.east)
        beyond |= (latitudes < region.south) | (latitudes > region.north)
        np.clip(longitudes, region.west, region.east, out=longitudes)
        np.clip(latitudes, region.south, region.north, out=latitudes)
        return beyond

    def _devices(self, these: slice, moment: int) -> list[Device]:
        rows = zip(
            self._ids[these],
            self._latitudes[these].round(7).tolist(),
            self._longitudes[these].round(7).tolist(),
            self._speeds[these].round(1).tolist(),
            self._courses[these].round(1).tolist(),
            strict=True,
        )
        return [
            Device(
                Position(name, moment, 0, south, west, None, speed, course, None, None, None, moment, "bench"),
                None,
                "car",
                course,
                speed,
                0.0,
                moment // DAY,
            )
            for name, south, west, speed, course in rows
        ]


async def announce(bus: NewsFeed, driving: Driving, rate: float) -> None:
    """So many positions a second, evenly, for ever."""
    if not rate:
        return
    count = max(1, round(rate * SHORTEST_STEP))
    step, due = count / rate, time.monotonic()
    while True:
        due = max(due + step, time.monotonic() - BEHIND)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await bus.announce(driving.drive(count, now()))


async def fill(path: Path, driving: Driving) -> None:
    async with SqliteStore(path) as store:
        everyone = driving.everyone(now())
        await store.write([device.position for device in everyone], everyone)


async def drive(settings: Settings, driving: Driving, rate: float) -> None:
    """Serves, and announces so many positions a second."""

    async def source(intake: LocalIntake) -> None:
        bus = intake._bus  # noqa: SLF001 - the intake is all that a source is given
        assert isinstance(bus, MemoryBus)
        await announce(bus, driving, rate)

    if not settings.store_path.exists():
        await fill(settings.store_path, driving)
    await serve(settings, source, records=False)


@contextlib.contextmanager
def hub(devices: int, rate: float, region: Box = WORLD) -> Iterator[Server]:
    """A process of it with a store of its own, stopped by SIGTERM."""
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder:
        process, port = start(devices, rate, region, Path(folder) / "bench.db")
        try:
            yield Server(process, port)
        finally:
            stop(process)


def start(devices: int, rate: float, region: Box, store: Path, port: int = 0) -> tuple[Process, int]:
    """The process and its port, once it is ready."""
    box = f"{region.west},{region.south},{region.east},{region.north}"
    return launch("-c", "from benchmarks.hub import main; main()", str(devices), str(rate), box, str(store), str(port))


def launch(*arguments: str) -> tuple[Process, int]:
    """A Python process that says on standard error, as our server does, at which port it is ready."""
    process = subprocess.Popen([sys.executable, *arguments], stderr=subprocess.PIPE, text=True)
    assert process.stderr
    lines = []
    for line in process.stderr:
        if found := re.search(r"ready\b.*url=http://[^:]+:(\d+)", line):
            return process, int(found[1])
        lines.append(line)
    raise RuntimeError(f"the server ended before it was ready:\n{''.join(lines)}")


def stop(process: Process) -> None:
    process.terminate()
    process.wait(30)
    if process.stderr:
        process.stderr.close()


def spoken() -> list[str]:
    """The subprotocols that the server takes; says on standard error which one it refuses."""
    found = []
    with hub(1, 0) as target:
        for wire in WIRES:
            try:
                with Viewers(target.port, 1, wire, [WHOLE_WORLD]):
                    found.append(wire)
            except Refused as error:
                print(f"{wire} is left out: the server answers {error}", file=sys.stderr)
    return found


def measure(target: Server, viewers: Viewers, seconds: float) -> tuple[Figures, float]:
    """What viewers were sent in so many seconds, and the seconds of processor time that the server used for it."""
    time.sleep(SETTLE)
    viewers.reset()
    cpu = target.cpu()
    time.sleep(seconds)
    cpu = target.cpu() - cpu
    return viewers.report(), cpu


def views(count: int, region: Box, share: float) -> list[bytes]:
    """Boxes of that share of a region's width and height, at random places in it, without zoom: every move is sent."""
    dice = random.Random(2)
    width, height = (region.east - region.west) * share, (region.north - region.south) * share
    corners = [
        (dice.uniform(region.west, region.east - width), dice.uniform(region.south, region.north - height))
        for _ in range(count)
    ]
    return [view(Box(west, south, west + width, south + height)) for west, south in corners]


def view(box: Box, zoom: float | None = None) -> bytes:
    """What a viewer says, as in docs/protocol.md."""
    message = {"type": "view", "id": 1, "bbox": [box.west, box.south, box.east, box.north]}
    return msgspec.json.encode(message if zoom is None else message | {"zoom": zoom})


def main() -> None:
    """The process; ends by SIGTERM."""
    devices, rate, box, store, port = sys.argv[1:]
    set_up_logs()
    sys.setswitchinterval(SWITCH_INTERVAL)
    settings = read_settings(None, {"store": f"sqlite:///{store}", "bus": "memory://", "port": int(port)})
    uvloop.run(drive(settings, Driving(int(devices), Box(*map(float, box.split(","))), now()), float(rate)))
