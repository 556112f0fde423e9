"""RabbitMQ as tests need it: a bus that is ready, a recorder that only remembers, and a look into the queues past our
own code."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pika
from pika.adapters.blocking_connection import BlockingChannel

from herenow.bus.rabbitmq.bus import RabbitBus, open_rabbit_bus
from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.errors import BusUnavailable, Unavailable
from herenow.model.position import Position
from tests.support.broken_link import Proxy, open_proxy
from tests.support.patience import PATIENCE
from tests.support.positions import NOW, position
from tests.support.processes import until


@contextlib.asynccontextmanager
async def open_bus(url: RabbitUrl, *, ready: bool = True) -> AsyncIterator[RabbitBus]:
    async with open_rabbit_bus(url) as bus:
        if ready:
            await until(lambda: not bus.trouble)
        yield bus


@contextlib.asynccontextmanager
async def through_proxy(url: RabbitUrl) -> AsyncIterator[tuple[RabbitUrl, Proxy]]:
    async with open_proxy(*url.hosts[0]) as proxy:
        yield msgspec.structs.replace(url, hosts=(("127.0.0.1", proxy.port),)), proxy


@contextlib.asynccontextmanager
async def recording(bus: RabbitBus) -> AsyncIterator[list[Position]]:
    """What was delivered and acknowledged, in order; begins anew whenever the link is lost."""
    taken: list[Position] = []

    async def record() -> None:
        while True:
            with contextlib.suppress(Unavailable):
                async with contextlib.aclosing(bus.consume()) as deliveries:
                    async for delivery in deliveries:
                        await delivery.acknowledge()
                        taken.extend(delivery.positions)
                    return
            await asyncio.sleep(0.05)

    task = asyncio.create_task(record())
    try:
        yield taken
    finally:
        task.cancel()
        await asyncio.wait({task})


async def publish_until_taken(bus: RabbitBus, time: int = NOW) -> None:
    """As a device does: the same again until it is accepted."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                await bus.publish([position("a", time)])
            except BusUnavailable:
                await asyncio.sleep(0.05)
            else:
                return


def numbers(positions: list[Position]) -> list[int]:
    """Tests tell positions apart by their time."""
    return [position.time - NOW for position in positions]


@contextlib.contextmanager
def channel(url: RabbitUrl) -> Iterator[BlockingChannel]:
    host, port = url.hosts[0]
    login = pika.PlainCredentials(url.user, url.password)
    with contextlib.closing(
        pika.BlockingConnection(pika.ConnectionParameters(host, port, url.vhost, login))
    ) as connection:
        yield connection.channel()


def waiting(url: RabbitUrl, queue: str) -> int:
    with channel(url) as opened:
        count: int = opened.queue_declare(queue, passive=True).method.message_count
        return count


def messages(url: RabbitUrl, queue: str) -> list[tuple[bytes, dict[str, Any]]]:
    """Bodies and headers of what waits in a queue. It stays there."""
    found = []
    with channel(url) as opened:
        for _ in range(opened.queue_declare(queue, passive=True).method.message_count):
            _, properties, body = opened.basic_get(queue)
            assert properties is not None
            assert body is not None
            found.append((body, dict(properties.headers or {})))
    return found


def put(url: RabbitUrl, queue: str, body: bytes, exchange: str = "") -> None:
    with channel(url) as opened:
        opened.confirm_delivery()
        opened.basic_publish(exchange, queue, body, pika.BasicProperties(delivery_mode=2))
