"""What does a page of the list of devices cost the server, in which order and filtered by what?

    python -m benchmarks.listing [devices ...]

No HTTP: the page is found among the devices in memory, as `GET /api/devices` does on the event loop that viewers hear
of moves from, once in two seconds for each viewer with the list open. Processor time, after one that warmed up.
"""

import random
import sys
import time

from benchmarks.server import machine
from herenow.api.device_list import DeviceFilter, Order, matching, ranked
from herenow.live.fleet import Fleet
from herenow.model.clock import now
from herenow.model.device import first_seen
from herenow.model.geo.box import Box
from herenow.model.position import Position

PAGE = 300  # devices, as the web client asks
TIMES = 20
NAMES = 50_000
ORDERS: tuple[Order, ...] = ("name", "-speed", "status")
WANTED = {
    "all": DeviceFilter(),
    "a search": DeviceFilter(search="77"),
    "kind and status": DeviceFilter(kinds=frozenset({"car", "van"}), statuses=frozenset({"moving"})),
    "a box": DeviceFilter(box=Box(-97.0, 30.0, -96.5, 30.5)),
}


def fleet_of(count: int) -> Fleet:
    chance = random.Random(1)
    fleet = Fleet()
    for start in range(0, count, 1000):
        fleet.apply([first_seen(_position(n, chance)) for n in range(start, min(count, start + 1000))], start + 1)
    return fleet


def _position(number: int, chance: random.Random) -> Position:
    kind = chance.choice(("car", "van", "bus", "bicycle"))
    return Position(
        device_id=f"sim-{number}",
        time=now() - chance.randrange(60_000),
        tie=number,
        latitude=30 + chance.random(),
        longitude=-97 + chance.random(),
        speed=chance.choice((0.0, chance.uniform(1, 20))),
        attributes={"name": f"{kind.title()} {chance.randrange(NAMES)}", "kind": kind},
    )


def cost(fleet: Fleet, wanted: DeviceFilter, order: Order) -> tuple[int, float]:
    """How many match, and ms."""
    began, found = 0.0, 0
    for turn in range(TIMES + 1):
        if turn == 1:
            began = time.process_time()
        moment = now()
        rows = ranked(fleet, matching(fleet, wanted.conditions(fleet, moment).values()), order, moment)
        found = len(rows)
        [fleet.devices[row] for row in rows[:PAGE].tolist()]
    return found, (time.process_time() - began) / TIMES * 1000


def main() -> None:
    print(machine() + "\n")
    print("| devices | requested | of them | by " + " ms | by ".join(ORDERS) + " ms |")
    print("| --: | --- | --: |" + " --: |" * len(ORDERS), flush=True)
    for count in [int(text) for text in sys.argv[1:]] or [1000, 10_000, 100_000]:
        fleet = fleet_of(count)
        for what, wanted in WANTED.items():
            costs = [cost(fleet, wanted, order) for order in ORDERS]
            print(f"| {count:,} | {what} | {costs[0][0]:,} | " + " | ".join(f"{ms:.2f}" for _, ms in costs) + " |")


if __name__ == "__main__":
    main()
