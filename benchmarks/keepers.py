"""What do several keepers of the rollups of one Cassandra do that one does not?

    HERENOW_BENCH_CASSANDRA=cassandra://127.0.0.1:9042/bench?replication=1 python -m benchmarks.keepers 64 12

Devices and hours. Fills a keyspace, which must not exist yet and is dropped at the end, with a fix in five seconds of
each device, and has one keeper make all rollups, then two, in turn. Printed: elapsed time, processor time of the
keepers, and how many times the work of one the two do for each second of it: twice the processor time of one by that of
both.
"""

import asyncio
import os
import random
import sys
import time

from benchmarks.server import machine
from herenow.history.rollups.keys import STATE
from herenow.history.rollups.made import MADE_BY
from herenow.history.rollups.rounds import Rollup
from herenow.model.clock import HOUR, now
from herenow.model.device import first_seen
from herenow.model.position import Position
from herenow.model.report import Report, accept
from herenow.store.cassandra.session import open_session
from herenow.store.cassandra.store import CassandraStore, apply_schema
from herenow.store.cassandra.url import CassandraUrl, read_cassandra_url
from herenow.store.port import Row

EVERY = 5000  # ms
TURNS = 2


def drive(device: int, hours: int) -> list[Position]:
    chance, start = random.Random(device), (now() // HOUR - hours - 1) * HOUR
    latitude, longitude, found = 60 + chance.random(), 24 + chance.random(), []
    for moment in range(start, start + hours * HOUR, EVERY):
        latitude, longitude = latitude + chance.gauss(0, 3e-4), longitude + chance.gauss(0, 6e-4)
        speed = chance.choice([0.0, 9.0])
        report = Report(device_id=f"device-{device}", time=moment, latitude=latitude, longitude=longitude, speed=speed)
        found.append(accept(report, moment, "bench"))
    return found


async def fill(store: CassandraStore, devices: int, hours: int) -> int:
    count = 0
    for device in range(devices):
        positions = drive(device, hours)
        await store.write(positions, [first_seen(positions[-1])])
        count += len(positions)
    return count


async def forget(store: CassandraStore) -> None:
    """So that the first keeper clears everything."""
    async with store.rollups.lease(0) as writer:
        assert writer
        await writer.put([Row(STATE, MADE_BY)])


async def keep(url: CassandraUrl) -> None:
    """One keeper: a round, and the processor time that it took."""
    async with CassandraStore(url) as store:
        spent = time.process_time()
        await Rollup(store).catch_up()
        print(time.process_time() - spent)


async def keeper(url: str) -> float:
    command = (sys.executable, "-m", "benchmarks.keepers", url)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return float(output)


async def measure(given: str, devices: int, hours: int) -> None:
    url = read_cassandra_url(given)
    await apply_schema(url)
    session = await open_session(url, 60)
    try:
        async with CassandraStore(url) as store:
            count = await fill(store, devices, hours)
            print(f"{machine()}\n\n{count:,} positions of {devices} devices in {hours} hours\n")
            print("| keepers | s | s CPU of each | times the work of one |\n| --: | --: | --- | --: |")
            alone = 0.0
            for number in (1, 2) * TURNS:
                await forget(store)
                began = time.monotonic()
                spent = await asyncio.gather(*(keeper(given) for _ in range(number)))
                alone = alone if number > 1 else spent[0]
                each = ", ".join(f"{one:.1f}" for one in spent)
                work = number * alone / sum(spent)
                print(f"| {number} | {time.monotonic() - began:.0f} | {each} | {work:.2f} |", flush=True)
    finally:
        await session.run(f"DROP KEYSPACE {url.keyspace}")
        await session.close()


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1].startswith("cassandra:"):
        asyncio.run(keep(read_cassandra_url(sys.argv[1])))
        return
    devices, hours = (int(argument) for argument in sys.argv[1:3]) if len(sys.argv) > 2 else (64, 12)
    asyncio.run(measure(os.environ["HERENOW_BENCH_CASSANDRA"], devices, hours))


if __name__ == "__main__":
    main()
