"""What does each hop of a position add, from the intake to the hub, over RabbitMQ and Cassandra?

    python -m benchmarks.hops [seconds]

One position at a time, 50 a second, all parts in this process; services of its own on this machine.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path

from tests.services.cassandra import Cassandra
from tests.services.rabbitmq import RabbitMQ
from tests.support.positions import position

from benchmarks.server import machine, percentile
from herenow.bus.port import News
from herenow.bus.rabbitmq.bus import RabbitBus, open_rabbit_bus
from herenow.bus.rabbitmq.url import read_rabbit_url
from herenow.logs import set_up_logs
from herenow.model.device import first_seen
from herenow.model.position import Position
from herenow.run.schema import make_schema
from herenow.settings import read_settings
from herenow.store.cassandra.store import CassandraStore
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.port import Store

RATE = 50  # positions a second

HOPS = {
    "published → confirmed": ("publish", "confirmed"),
    "published → delivered to the recorder": ("publish", "delivered"),
    "delivered → stored": ("delivered", "stored"),
    "stored → received by the hub": ("stored", "received"),
    "published → received by the hub": ("publish", "received"),
}
Moments = dict[str, dict[str, float]]  # by device: what happened when, in s


async def publish(bus: RabbitBus, moments: Moments, seconds: float) -> None:
    for number in range(int(seconds * RATE)):
        now = time.time_ns() // 1_000_000
        made = position(f"hop-{number}", now, received=now)
        moments[made.device_id] = {"publish": time.perf_counter()}
        await bus.publish([made])
        moments[made.device_id]["confirmed"] = time.perf_counter()
        await asyncio.sleep(1 / RATE)


async def record(bus: RabbitBus, store: Store, moments: Moments) -> None:
    async with aclosing(bus.consume()) as deliveries:
        async for delivery in deliveries:
            mark(moments, delivery.positions, "delivered")
            moved = [first_seen(position) for position in delivery.positions]
            await store.write(delivery.positions, moved)
            mark(moments, delivery.positions, "stored")
            await bus.announce(moved, delivery.published)
            await delivery.acknowledge()


async def hear(news: AsyncIterator[News | None], moments: Moments) -> None:
    async for moved in news:
        mark(moments, [device.position for device in moved or []], "received")


def mark(moments: Moments, positions: Sequence[Position], what: str) -> None:
    now = time.perf_counter()
    for marked in positions:
        if marked.device_id in moments:
            moments[marked.device_id][what] = now


async def measure(store_url: str, bus_url: str, seconds: float) -> Moments:
    await make_schema(read_settings(None, {"store": store_url, "bus": bus_url}))
    moments: Moments = {}
    async with (
        CassandraStore(read_cassandra_url(store_url)) as store,
        open_rabbit_bus(read_rabbit_url(bus_url)) as bus,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(hear(bus.follow(), moments))
        tasks.create_task(record(bus, store, moments))
        await asyncio.sleep(3)  # for all links
        await publish(bus, {}, 2)  # warm
        await publish(bus, moments, seconds)
        await asyncio.sleep(1)
        bus.close()
        bus.stop_following()
    return moments


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    set_up_logs()
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as name:
        folder = Path(name)
        with RabbitMQ(folder / "rabbitmq") as rabbitmq, Cassandra(folder / "cassandra", optimized=True) as cassandra:
            moments = asyncio.run(measure(cassandra.url("bench"), rabbitmq.url(), seconds))
    print(f"{machine()}; RabbitMQ and Cassandra with one node each; {RATE} positions a second, one by one\n")
    print("| hop | p50 ms | p99 ms |")
    print("| --- | --: | --: |")
    for hop, (start, end) in HOPS.items():
        took = sorted(when[end] - when[start] for when in moments.values() if end in when)
        print(f"| {hop} | {percentile(took, 0.5) * 1e3:.1f} | {percentile(took, 0.99) * 1e3:.1f} |")


if __name__ == "__main__":
    main()
