"""What every bus promises: as a queue of positions, then as a feed of news. Runs on each adapter."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from herenow.bus import news_queue as following
from herenow.bus.memory import MemoryBus
from herenow.bus.port import Bus, News, NewsFeed, PositionQueue
from herenow.bus.rabbitmq.topology import make_queues
from herenow.bus.rabbitmq.url import read_rabbit_url
from herenow.errors import BusUnavailable
from herenow.model.device import Device, first_seen
from herenow.model.position import Position
from tests.support.patience import PATIENCE
from tests.support.positions import FULL, NOW, position
from tests.support.rabbitmq import open_bus

DEVICES = ["a", "b", "c", "d"]


@pytest.fixture(params=["memory", "rabbitmq"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    if request.param == "memory":
        yield MemoryBus()
        return
    url = read_rabbit_url(request.getfixturevalue("amqp_url") + "?shards=2")
    await make_queues(url)
    async with open_bus(url) as opened:
        yield opened


async def acknowledge_all(bus: PositionQueue, enough: int) -> list[Position]:
    taken: list[Position] = []
    async with aclosing(bus.consume()) as deliveries:
        async for delivery in deliveries:
            taken += delivery.positions
            await delivery.acknowledge()
            if len(taken) >= enough:
                break
    return taken


async def begin_to_follow(bus: NewsFeed) -> AsyncIterator[News | None]:
    """A bus that is elsewhere begins to listen a little later, and says so."""
    news = bus.follow()
    if not isinstance(bus, MemoryBus):
        assert await anext(news) is None
    return news


async def test_what_is_published_is_delivered_as_it_was(bus: PositionQueue) -> None:
    published = [
        position("a", NOW, -33.5, 179.9, **FULL),
        position("b", NOW + 1, attributes={"line": "7", "doors": 3, "open": True, "load": 0.5}),
        position("ü 🚌", NOW - 86_400_000, received=NOW, source="http"),
    ]
    publishing = asyncio.create_task(bus.publish(published))
    taken = await acknowledge_all(bus, 3)
    await publishing
    assert sorted(taken, key=lambda one: one.device_id) == published


async def test_each_device_is_delivered_in_the_order_of_publication(bus: PositionQueue) -> None:
    publishing = [asyncio.create_task(bus.publish([position(one, NOW + n) for one in DEVICES])) for n in range(100)]
    taken = await acknowledge_all(bus, 400)
    await asyncio.gather(*publishing)
    for device in DEVICES:
        assert [one.time - NOW for one in taken if one.device_id == device] == list(range(100))


async def test_publishing_nothing_returns_at_once(bus: PositionQueue) -> None:
    async with asyncio.timeout(1):
        await bus.publish([])


async def test_the_parts_of_a_delivery_are_settled_each_by_itself(bus: PositionQueue) -> None:
    publishing = [asyncio.create_task(bus.publish([position("a", NOW + n)])) for n in range(5)]
    taken: list[int] = []
    async with aclosing(bus.consume()) as deliveries:
        async for delivery in deliveries:
            parts = delivery.parts()
            assert [one for part in parts for one in part.positions] == list(delivery.positions)
            for part in reversed(parts):
                await part.acknowledge()
            taken += [one.time - NOW for one in delivery.positions]
            if len(taken) == 5:
                break
    await asyncio.gather(*publishing)
    assert taken == list(range(5))


async def test_what_was_acknowledged_or_refused_is_not_delivered_to_the_next_consumer(bus: PositionQueue) -> None:
    for n in range(2):
        publishing = asyncio.create_task(bus.publish([position("a", NOW + n)]))
        async with aclosing(bus.consume()) as deliveries:
            delivery = await anext(deliveries)
            assert [one.time - NOW for one in delivery.positions] == [n]
            await (delivery.dead_letter("for a test") if n else delivery.acknowledge())
        await asyncio.wait({publishing})
        assert (publishing.exception() is not None) == (bool(n) and isinstance(bus, MemoryBus))
    publishing = asyncio.create_task(bus.publish([position("a", NOW + 2)]))
    assert [one.time - NOW for one in await acknowledge_all(bus, 1)] == [2]
    await publishing


async def test_a_closed_bus_takes_nothing_and_its_consumers_end(bus: PositionQueue) -> None:
    consuming = asyncio.create_task(acknowledge_all(bus, 1))
    await asyncio.sleep(0)
    bus.close()
    async with asyncio.timeout(PATIENCE):
        assert await consuming == []
    with pytest.raises(BusUnavailable, match="stopping"):
        await bus.publish([position("a")])


async def test_every_follower_gets_all_news_from_its_call_on(bus: NewsFeed) -> None:
    await bus.announce([first_seen(position("a", NOW))])
    followers = [await begin_to_follow(bus) for _ in range(2)]
    for n in (1, 2):
        await bus.announce([first_seen(position("a", NOW + n))])
    for follower in followers:
        news = [await anext(follower), await anext(follower)]
        assert [moves[0].position.time - NOW for moves in news if moves] == [1, 2]


async def test_news_arrive_as_they_were_announced_however_many(bus: NewsFeed) -> None:
    announced = [first_seen(position(f"bus-{n}", NOW + n)) for n in range(2500)]
    follower = await begin_to_follow(bus)
    await bus.announce(announced)
    received: list[Device] = []
    while len(received) < len(announced):
        moves = await anext(follower)
        assert moves is not None
        received += moves
    assert received == announced


async def test_a_follower_that_lags_too_far_learns_that_news_were_lost(
    bus: NewsFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MAX_NEWS", 3)
    follower = await begin_to_follow(bus)
    await bus.announce([first_seen(position(device)) for device in DEVICES])
    assert await anext(follower) is None
    await bus.announce([first_seen(position("a", NOW + 1))])
    latest = await anext(follower)
    assert latest is not None
    assert latest[0].position.time == NOW + 1


async def test_followers_end_when_they_are_stopped(bus: NewsFeed) -> None:
    follower = await begin_to_follow(bus)
    await bus.announce([first_seen(position("a"))])
    assert await anext(follower)
    bus.stop_following()
    assert [news async for news in follower] == []
