"""The queues of Herenow on RabbitMQ, as `herenow schema` makes them. Everything else uses what is there, and makes
again what no setting decides: the exchange of news, the queue of dead letters, the inbox.

Every property is named, so that RabbitMQ 3.10 and 4.x make the same queue of it.
"""

import contextlib
import zlib
from collections.abc import AsyncIterator
from typing import Any

import structlog

from herenow.bus.rabbitmq.connection import RabbitConnection, open_connection
from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.errors import BusUnavailable
from herenow.wire.legacy_article import QUEUE

DEAD = "herenow.dead"  # what can never be stored, with the reason in its header `reason` or `x-death`
NEWS = "herenow.news"  # fanout exchange, from recorders to hubs

DEAD_BYTES = 1 << 30
FOLLOWER_MESSAGES = 20_000  # beyond it a hub's oldest news go; it finds the gap in their numbers
MAX_RETURNS = 20  # times a recorder may die with a message, or let go of it, until that is set aside


log = structlog.get_logger()


def shard_of(device_id: str, shards: int) -> int:
    """Which shard carries a device: always the same one, so that one recorder at a time moves it."""
    return zlib.crc32(device_id.encode()) % shards


def shard_queue(shard: int) -> str:
    return f"herenow.positions.{shard}"


async def make_queues(url: RabbitUrl) -> None:
    """Makes what is missing; twice changes nothing. Raises BusUnavailable, also where one is there with other
    properties."""
    async with open_connection(url, "schema") as link:
        await _make_dead(link)
        await declare_shards(link, url)
        await _make_inbox(link)
        await _make_news(link)


async def declare_shards(link: RabbitConnection, url: RabbitUrl) -> None:
    """Raises BusUnavailable where one is there with other properties."""
    for shard in range(url.shards):
        await _make(link, shard_queue(shard), _shard(url))


@contextlib.asynccontextmanager
async def open_mending_link(url: RabbitUrl, name: str) -> AsyncIterator[RabbitConnection]:
    """As `open_link`; where the link is lost because something is missing that no setting decides, that is made before
    this ends, and the next link finds it."""
    async with open_connection(url, name) as link:
        try:
            yield link
        finally:
            if link.missing in _MADE_AGAIN:
                await _make_again(url, link.missing)


async def _make_again(url: RabbitUrl, missing: str) -> None:
    """Only beside the shards: without them `herenow schema` has not run here, or with other settings."""
    try:
        async with open_connection(url, "repair") as link:
            for shard in range(url.shards):
                await link.waiting_in(shard_queue(shard))
            await _MADE_AGAIN[missing](link)
    except BusUnavailable as error:
        log.error("cannot make what is missing in RabbitMQ", missing=missing, reason=str(error))
    else:
        log.warning("made what was missing in RabbitMQ", made=missing)


async def count_waiting(link: RabbitConnection, url: RabbitUrl) -> int:
    """How many messages wait for a recorder. Raises BusUnavailable, and the link is lost, where something is missing
    that is sent to."""
    await link.ask(lambda done: link.channel.exchange_declare(NEWS, passive=True, callback=done))
    await link.waiting_in(DEAD)
    return sum([await link.waiting_in(shard_queue(shard)) for shard in range(url.shards)])


async def follow_news(link: RabbitConnection) -> str:
    """The queue of one follower; it goes when the link does."""
    arguments = {"x-queue-type": "classic", "x-max-length": FOLLOWER_MESSAGES, "x-overflow": "drop-head"}
    made = await link.ask(
        lambda done: link.channel.queue_declare("", exclusive=True, arguments=arguments, callback=done)
    )
    queue: str = made.method.queue
    await bind_to_news(link, queue)
    return queue


async def bind_to_news(link: RabbitConnection, queue: str) -> None:
    """Twice changes nothing. Raises BusUnavailable, and the link is lost, where the exchange is missing."""
    await link.ask(lambda done: link.channel.queue_bind(queue, NEWS, callback=done))


async def _make_news(link: RabbitConnection) -> None:
    await link.ask(lambda done: link.channel.exchange_declare(NEWS, "fanout", durable=True, callback=done))


async def _make_dead(link: RabbitConnection) -> None:
    await _make(link, DEAD, _quorum(DEAD_BYTES))


async def _make_inbox(link: RabbitConnection) -> None:
    await _make(link, QUEUE, {})  # the way the article's simulator makes it itself


_MADE_AGAIN = {NEWS: _make_news, DEAD: _make_dead, QUEUE: _make_inbox}


async def _make(link: RabbitConnection, queue: str, arguments: dict[str, Any]) -> None:
    await link.ask(lambda done: link.channel.queue_declare(queue, durable=True, arguments=arguments, callback=done))


def _quorum(size: int) -> dict[str, Any]:
    """Refuses what is too much: the default would drop the oldest, which was promised."""
    return {
        "x-queue-type": "quorum",
        "x-queue-leader-locator": "balanced",
        "x-overflow": "reject-publish",
        "x-max-length-bytes": size,
    }


def _shard(url: RabbitUrl) -> dict[str, Any]:
    return _quorum(url.shard_mb << 20) | {
        "x-single-active-consumer": True,
        "x-delivery-limit": MAX_RETURNS,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": DEAD,
        "x-dead-letter-strategy": "at-least-once",
    }
