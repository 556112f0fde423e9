"""How many positions a second does a bus carry, and what does that cost?

    python -m benchmarks.bus [positions]

Publisher, consumer and a follower of the news in one process, the bus in memory and RabbitMQ, one of its own on this
machine: published in batches of 100 by eight publishers; then published alone and consumed alone (RabbitMQ).
"""

import asyncio
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

from tests.services.rabbitmq import RabbitMQ
from tests.support.positions import NOW, position

from benchmarks.server import machine
from herenow.bus.memory import MemoryBus
from herenow.bus.port import Bus
from herenow.bus.rabbitmq.bus import open_rabbit_bus
from herenow.bus.rabbitmq.topology import make_queues
from herenow.bus.rabbitmq.url import read_rabbit_url
from herenow.logs import set_up_logs
from herenow.model.device import first_seen
from herenow.model.position import Position

BATCH = 100
PUBLISHERS = 8
DEVICES = 1000


async def publish(bus: Bus, positions: list[Position]) -> None:
    async def some(number: int) -> None:
        own = positions[number::PUBLISHERS]
        for start in range(0, len(own), BATCH):
            await bus.publish(own[start : start + BATCH])

    await asyncio.gather(*map(some, range(PUBLISHERS)))


async def consume(bus: Bus, count: int, *, announces: bool) -> None:
    taken = 0
    async with aclosing(bus.consume()) as deliveries:
        async for delivery in deliveries:
            taken += len(delivery.positions)
            if announces:
                await bus.announce([first_seen(position) for position in delivery.positions], delivery.published)
            await delivery.acknowledge()
            if taken >= count:
                return


async def hear(bus: Bus, count: int) -> None:
    received = 0
    async for news in bus.follow():
        received += len(news or ())
        if received >= count:
            return


class Clock:
    def __init__(self) -> None:
        self._began, self._spent = time.perf_counter(), time.process_time()

    def row(self, what: str, count: int) -> str:
        rate = count / (time.perf_counter() - self._began)
        return f"| {what} | {rate:,.0f} | {(time.process_time() - self._spent) / count * 1e6:.1f} |"


async def carried(bus: Bus, name: str, positions: list[Position]) -> str:
    clock, count = Clock(), len(positions)
    await asyncio.gather(publish(bus, positions), consume(bus, count, announces=True), hear(bus, count))
    return clock.row(f"{name}: published, consumed, announced, received", count)


async def measure(url: str, positions: list[Position]) -> None:
    memory = MemoryBus()
    print(await carried(memory, "memory", positions))
    rabbit = read_rabbit_url(url)
    await make_queues(rabbit)
    async with open_rabbit_bus(rabbit) as bus:
        while bus.trouble:  # noqa: ASYNC110 - what is waited for is RabbitMQ
            await asyncio.sleep(0.01)
        print(await carried(bus, "RabbitMQ", positions))
        clock = Clock()
        await publish(bus, positions)
        print(clock.row("RabbitMQ: published", len(positions)))
        clock = Clock()
        await consume(bus, len(positions), announces=False)
        print(clock.row("RabbitMQ: consumed", len(positions)))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    set_up_logs()
    positions = [position(f"bench-{number % DEVICES}", NOW + number) for number in range(count)]
    print(f"{machine()}; batches of {BATCH}\n")
    print("| | positions/s | µs CPU of the process a position |")
    print("| --- | --: | --: |")
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder, RabbitMQ(Path(folder)) as rabbitmq:
        asyncio.run(measure(rabbitmq.url(), positions))


if __name__ == "__main__":
    main()
