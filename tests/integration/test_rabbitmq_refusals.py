"""A queue that is full, and one that refuses though it is not."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from herenow.bus.rabbitmq import confirmed_sender
from herenow.bus.rabbitmq.confirmed_sender import ConfirmedSender
from herenow.bus.rabbitmq.topology import make_queues, shard_queue
from herenow.bus.rabbitmq.url import RabbitUrl, read_rabbit_url
from herenow.errors import BusUnavailable
from tests.support.positions import NOW, position
from tests.support.processes import until
from tests.support.rabbitmq import numbers, open_bus, publish_until_taken, recording


@contextlib.asynccontextmanager
async def sending(url: RabbitUrl) -> AsyncIterator[ConfirmedSender]:
    outbox = ConfirmedSender(url)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(outbox.run())
        await until(lambda: linked(outbox))
        yield outbox
        running.cancel()


def linked(outbox: ConfirmedSender) -> bool:
    try:
        return not outbox.link.lost.done()
    except BusUnavailable:
        return False


async def test_a_full_queue_refuses_and_drops_nothing_that_was_promised(amqp_url: str) -> None:
    url = read_rabbit_url(amqp_url + "?shards=1&shard_mb=1")
    await make_queues(url)
    large = {f"field-{n}": "x" * 250 for n in range(14)}
    promised: list[int] = []
    async with open_bus(url) as bus:
        with pytest.raises(BusUnavailable, match=r"the queue herenow\.positions\.0 is full"):
            for number in range(1000):
                await bus.publish([position("a", NOW + number, attributes=large)])
                promised.append(number)
        assert bus.trouble is None
        async with recording(bus) as taken:
            await until(lambda: len(taken) >= len(promised))
            assert numbers(taken)[: len(promised)] == promised
            await publish_until_taken(bus, NOW + 5000)
            await until(lambda: 5000 in numbers(taken))


async def test_a_link_over_which_a_queue_takes_nothing_is_made_anew(
    amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a node died: RabbitMQ 3.10 refuses for ever what comes over a channel that found no leader."""
    monkeypatch.setattr(confirmed_sender, "REFUSED_FOR", 0.5)
    url = read_rabbit_url(amqp_url + "?shards=1&shard_mb=1")
    await make_queues(url)
    async with sending(url) as filling:
        with pytest.raises(BusUnavailable, match="is full"):
            while True:
                await filling.send("", shard_queue(0), b"x" * 4000)
        full = filling.link
        await asyncio.sleep(1)
        with pytest.raises(BusUnavailable, match="is full"):
            await filling.send("", shard_queue(0), b"more")
        assert filling.link is full  # it has taken something: it is indeed full
    async with sending(url) as refused:
        link = refused.link
        with pytest.raises(BusUnavailable, match="is full"):
            await refused.send("", shard_queue(0), b"more")
        await until(link.lost.done)
        await until(lambda: linked(refused))
        assert refused.link is not link
