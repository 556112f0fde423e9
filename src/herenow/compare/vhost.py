"""The queues that the comparison borrows on RabbitMQ: nobody else may use them meanwhile."""

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

LET_GO_WITHIN = 5.0  # s after a process ended, until RabbitMQ has noticed
LOOK_EVERY = 0.25  # s
NAME = "compare"


@contextlib.asynccontextmanager
async def idle_vhost(settings: Settings, notes: list[str]) -> AsyncIterator[None]:
    """Emptied at the end of what an interrupted comparison left there; where that fails, a note says so.

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
    """Makes the queues that are missing. Raises SettingsError where somebody is at work there or positions wait;
    BusUnavailable."""
    url = read_rabbit_url(settings.bus)
    await make_schema(settings.model_copy(update={"store": "sqlite:///none"}))
    async with open_connection(url, NAME) as link:
        found = await _at_work(link, url) or await _waiting(link, url)
    if found:
        raise SettingsError(
            f"HERENOW_BUS: {found} on vhost {url.vhost!r}; `herenow compare` needs one that nobody else uses: "
            f"rabbitmqctl add_vhost {NAME}, and --bus amqp://…/{NAME}"
        )


async def _at_work(link: RabbitConnection, url: RabbitUrl) -> str | None:
    """Who takes from a queue of ours: a server from the article's, a recorder from the others."""
    for queue in _queues(url):
        if (await link.counts(queue))[0]:
            return f"a {'server' if queue == QUEUE else 'recorder'} takes from {queue}"
    return None


async def _waiting(link: RabbitConnection, url: RabbitUrl) -> str | None:
    for queue in _queues(url):
        if waiting := await link.waiting_in(queue):
            return f"{waiting:,} messages wait in {queue}"
    return None


async def _empty(url: RabbitUrl) -> None:
    """What is left is the comparison's own, unless somebody came to work there meanwhile: then it is let be."""
    async with open_connection(url, NAME) as link:
        patience = time.monotonic() + LET_GO_WITHIN
        while found := await _at_work(link, url):
            if time.monotonic() > patience:
                raise SettingsError(f"{found} now")
            await asyncio.sleep(LOOK_EVERY)
        for shard in range(url.shards):
            await _purge(link, shard_queue(shard))


def _queues(url: RabbitUrl) -> Iterator[str]:
    yield QUEUE
    yield from map(shard_queue, range(url.shards))


async def _purge(link: RabbitConnection, queue: str) -> None:
    await link.ask(lambda done: link.channel.queue_purge(queue, callback=done))
