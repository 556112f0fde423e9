"""What does a store cost: positions written in deliveries of 500, and what is read of them?

    HERENOW_BENCH_CASSANDRA=cassandra://127.0.0.1:9042/bench?replication=1 python -m benchmarks.store [seconds]

SQLite always (every commit synced); Cassandra where the environment names a keyspace, which must not exist yet and is
dropped at the end. One delivery is written at a time, with its devices as a recorder does it.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

from benchmarks.server import machine
from herenow.model.clock import DAY
from herenow.model.device import Device, first_seen
from herenow.model.position import Position
from herenow.model.report import Report, accept
from herenow.store.cassandra.session import open_session
from herenow.store.cassandra.store import CassandraStore, apply_schema
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.port import Span, Store
from herenow.store.sqlite.store import SqliteStore

DELIVERY = 500  # positions
FLEET = 10_000
AGAIN = 5  # times that each reading is done
START = 1_790_000_000_000 // DAY * DAY  # ms

Delivery = tuple[list[Position], list[Device]]


def fix(device_id: str, number: int) -> Position:
    report = Report(
        device_id=device_id,
        time=START + number,
        latitude=60 + number % 9973 / 1e4,
        longitude=24 + number % 7919 / 1e4,
        speed=number % 300 / 10,
        course=number % 360,
    )
    return accept(report, START + number, "bench")


def many_devices() -> Iterator[Delivery]:
    """A position of each of 500 devices, again and again."""
    for number in range(sys.maxsize):
        positions = [fix(f"many-{device}", number * 1000) for device in range(DELIVERY)]
        yield positions, [first_seen(position) for position in positions]


def one_device() -> Iterator[Delivery]:
    """500 positions of one device, which has moved on in the next."""
    for number in range(0, sys.maxsize, DELIVERY):
        positions = [fix("one", number + each) for each in range(DELIVERY)]
        yield positions, [first_seen(positions[-1])]


async def write(store: Store, deliveries: Iterator[Delivery], seconds: float) -> str:
    spent = elapsed = 0.0
    count = 0
    while elapsed < seconds:
        positions, devices = next(deliveries)
        started, cpu = time.perf_counter(), time.process_time()
        await store.write(positions, devices)
        spent += time.process_time() - cpu
        elapsed += time.perf_counter() - started
        count += len(positions)
    return f"{count / elapsed:,.0f} | {spent / count * 1e6:.1f}"


async def read(name: str, ask: Callable[[], Awaitable[object]]) -> str:
    best = cpu = float("inf")
    for _ in range(AGAIN):
        started, spent = time.perf_counter(), time.process_time()
        await ask()
        best = min(best, time.perf_counter() - started)
        cpu = min(cpu, time.process_time() - spent)
    return f"| {name} | {best * 1e3:.0f} | {cpu * 1e3:.0f} |"


async def measure(name: str, store: Store, seconds: float) -> None:
    await write(store, many_devices(), seconds / 2)  # Java compiles what is used much
    for what, deliveries in (("500 devices × 1", many_devices()), ("1 device × 500", one_device())):
        print(f"| {name}: write {what} | {await write(store, deliveries, seconds)} |", flush=True)
    fleet = [fix(f"fleet-{number}", number) for number in range(FLEET)]
    for start in range(0, FLEET, DELIVERY):
        some = fleet[start : start + DELIVERY]
        await store.write(some, [first_seen(position) for position in some])
    track = [fix("track", number * 100) for number in range(10_000)]
    await store.write(track, [])
    named = [position.device_id for position in fleet[:500]]
    print("\n| reading | ms | client ms CPU |\n| --- | --: | --: |")
    print(await read(f"{name}: all {FLEET:,} devices and those above", store.latest))
    print(await read(f"{name}: 500 devices by name", lambda: store.devices(named)))
    print(await read(f"{name}: track of 10,000", lambda: store.track("track", Span(START, START + DAY), None, 10_000)))


@contextlib.asynccontextmanager
async def stores() -> AsyncIterator[dict[str, Store]]:
    async with contextlib.AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="herenow-bench-"))
        found: dict[str, Store] = {"SQLite": await stack.enter_async_context(SqliteStore(Path(folder) / "bench.db"))}
        if named := os.environ.get("HERENOW_BENCH_CASSANDRA"):
            url = read_cassandra_url(named)
            await apply_schema(url)
            session = await open_session(url, 60)
            stack.push_async_callback(session.close)
            stack.push_async_callback(session.run, f"DROP KEYSPACE {url.keyspace}")
            found["Cassandra"] = await stack.enter_async_context(CassandraStore(url))
        yield found


async def measure_all(seconds: float) -> None:
    print(f"{machine()}")
    async with stores() as found:
        for name, store in found.items():
            print("\n| writing, 500 at a time | positions/s | client µs CPU a position |\n| --- | --: | --: |")
            await measure(name, store, seconds)


def main() -> None:
    asyncio.run(measure_all(float(sys.argv[1]) if len(sys.argv) > 1 else 10.0))


if __name__ == "__main__":
    main()
