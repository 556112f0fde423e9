"""What `herenow run --demo` shows: recorded buses and phones, and a simulated fleet beside them."""

import asyncio
from collections.abc import Awaitable
from functools import cache
from pathlib import Path

import msgspec
import structlog

from herenow.errors import HerenowError, Unavailable
from herenow.intake.intake import Intake
from herenow.sources.playback import Playback, replay
from herenow.sources.recording import Recorded, load
from herenow.sources.simulator.city import City
from herenow.sources.simulator.fleet import SimulatedFleet, simulate

FOLDER = Path(__file__).parent.parent / "demo"  # its NOTICES.md tells where the recordings come from
BUSES = Recorded(FOLDER / "austin-buses.csv.gz", "bus", "Bus {id}", "capmetro-")
PHONES = Recorded(FOLDER / "helsinki-phones.csv.gz", "phone", "Phone {id}", "trafficsense-")

EARLIER = 1200.0  # s of a recording that are shown at once
PLAYBACK = Playback(loop=True, shift=True, offset=EARLIER, before=EARLIER)  # at true speed: what is shown is plausible
DEVICES = 300  # simulated
INTERVAL = 2.0  # s
FOR_EVER = float("inf")  # the server that is waited for is this one

log = structlog.get_logger()


class DemoScene(msgspec.Struct, frozen=True):
    """What a map has to say of the demo, and where to look first."""

    attributions: list[dict[str, str]]  # text and url
    notices: list[str]
    start: tuple[float, float, float, float]  # west, south, east, north: the buses of the inner town, and the city
    streets: bytes  # GeoJSON


def scene() -> DemoScene:
    """Takes half a second the first time: the city is built."""
    return DemoScene(
        attributions=[
            {
                "text": "Bus positions: Capital Metro, Austin, via CapMetrics",
                "url": "https://github.com/scascketta/CapMetrics",
            },
            {
                "text": "Phone tracks: Aalto University TrafficSense, CC BY 4.0",
                "url": "https://github.com/aalto-trafficsense/public-transport-dataset",
            },
        ],
        notices=[
            "Recorded buses (Austin) and phones (Helsinki) drive again as fast as they did, dated to now",
            "Simulated vehicles drive in a synthetic city east of Austin",
        ],
        start=(-97.80, 30.17, -97.46, 30.38),
        streets=_city().streets_geojson,
    )


async def run_demo(intake: Intake) -> None:
    """Plays until it is cancelled. A part that fails is logged and the others go on; when none is left, Unavailable."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_apart("buses", _replay(BUSES, intake)), name="demo buses")
        tasks.create_task(_apart("phones", _replay(PHONES, intake)), name="demo phones")
        tasks.create_task(_apart("simulated fleet", _simulate(intake)), name="demo fleet")
    raise Unavailable("every part of the demo has ended; the log says why")


async def _apart(part: str, work: Awaitable[None]) -> None:
    try:
        await work
    except HerenowError as error:
        log.error("a part of the demo has ended", part=part, reason=str(error))
    except Exception:  # a bug in one part is logged, and must not end what else is shown
        log.exception("a part of the demo has ended", part=part)


async def _replay(file: Recorded, intake: Intake) -> None:
    loaded = await asyncio.to_thread(load, [file])
    await replay(loaded.recording, intake, PLAYBACK, patience=FOR_EVER)


async def _simulate(intake: Intake) -> None:
    fleet = await asyncio.to_thread(lambda: SimulatedFleet(DEVICES, _city()))
    await simulate(fleet, intake, INTERVAL, patience=FOR_EVER)


@cache
def _city() -> City:
    return City(30.27, -97.525, 10_000.0)
