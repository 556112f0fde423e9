"""The queues that the comparison uses on RabbitMQ: no other program may use them meanwhile."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

from herenow.bus.rabbitmq.connection import RabbitConnection, open_connection
from herenow.bus.rabbitmq.topology import shard_queue
from herenow.bus.rabbitmq.url import RabbitUrl, read_rabbit_url
from herenow.errors import HerenowError, SettingsError
from herenow.run.schema import make_schema
from herenow.settings import Settings
from herenow.wire.legacy_article import QUEUE

RELEASED_WITHIN = 5.0  # s after a process ended, until RabbitMQ has removed its consumers
CHECK_EVERY = 0.25  # s
NAME = "compare"


@contextlib.asynccontextmanager
async def idle_vhost(settings: Settings, notes: list[str]) -> AsyncIterator[None]:
    """Purges the queues at the end; if that fails, a note says so.

    Raises as `check_idle`.
    """
    await check_idle(settings)
    try:
        yield
    finally:
        try:
            await _empty(read_rabbit_url(settings.bus))
        except HerenowError as error:
            notes.append(f"positions of `herenow compare` may be left in its queues: {error}")


async def check_idle(settings: Settings) -> None:
    """Creates missing queues. Raises SettingsError where another program consumes there or positions wait there;
    BusUnavailable."""
    url = read_rabbit_url(settings.bus)
    await make_schema(settings.model_copy(update={"store": "sqlite:///none"}))
    async with open_connection(url, NAME) as link:
        found = await _consumer(link, url) or await _waiting(link, url)
    if found:
        raise SettingsError(
            f"HERENOW_BUS: {found} on vhost {url.vhost!r}; `herenow compare` needs a vhost of its own: "
            f"rabbitmqctl add_vhost {NAME}, and --bus amqp://…/{NAME}"
        )


async def _consumer(link: RabbitConnection, url: RabbitUrl) -> str | None:
    """The consumer of one of our queues: a server consumes the article's queue, a recorder the others."""
    for queue in _queues(url):
        if (await link.counts(queue))[0]:
            return f"a {'server' if queue == QUEUE else 'recorder'} consumes {queue}"
    return None


async def _waiting(link: RabbitConnection, url: RabbitUrl) -> str | None:
    for queue in _queues(url):
        if waiting := await link.waiting_in(queue):
            return f"{waiting:,} messages wait in {queue}"
    return None


async def _empty(url: RabbitUrl) -> None:
    """Purges the shards. The messages are the comparison's own, unless another program consumes there now: then raises
    SettingsError and purges nothing."""
    async with open_connection(url, NAME) as link:
        patience = time.monotonic() + RELEASED_WITHIN
        while found := await _consumer(link, url):
            if time.monotonic() > patience:
                raise SettingsError(f"{found} now, so nothing was purged")
            await asyncio.sleep(CHECK_EVERY)
        for shard in range(url.shards):
            await _purge(link, shard_queue(shard))


def _queues(url: RabbitUrl) -> Iterator[str]:
    yield QUEUE
    yield from map(shard_queue, range(url.shards))


async def _purge(link: RabbitConnection, queue: str) -> None:
    await link.ask(lambda done: link.channel.queue_purge(queue, callback=done))
