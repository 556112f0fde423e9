"""A store that holds the last hour of a simulated fleet, rolled up."""

import time
from pathlib import Path

from herenow.history.rollups.rounds import Rollup
from herenow.model.clock import HOUR
from herenow.model.device import first_seen
from herenow.model.report import accept
from herenow.sources.simulator.city import City
from herenow.sources.simulator.fleet import SimulatedFleet
from herenow.store.sqlite.store import SqliteStore

EACH = 60  # positions of a device: one a minute
DELIVERY = 5000  # positions


async def store_past(path: Path, devices: int) -> int:
    """Stores an hour that ends now, of the devices that `herenow simulate` drives on; says how many positions."""
    fleet = SimulatedFleet(devices, City(30.27, -97.525), prefix="vehicle-")
    received = time.time_ns() // 1_000_000
    step, turns = HOUR / 1000 / EACH / devices, devices * EACH
    async with SqliteStore(path) as store:
        for begin in range(0, turns, DELIVERY):
            reports = fleet.turns(range(begin, min(begin + DELIVERY, turns)), step, received - HOUR)
            positions = [accept(report, received, "bench") for report in reports]
            newest = {position.device_id: first_seen(position) for position in positions}
            await store.write(positions, list(newest.values()))
        await Rollup(store).rebuild()
    return turns
