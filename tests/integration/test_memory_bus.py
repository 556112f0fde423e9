"""What only the bus in memory does: durability is the store's, so a publisher waits for the recorder."""

import asyncio

import pytest

from herenow.bus import memory
from herenow.bus import news_queue as following
from herenow.bus.memory import MemoryBus
from herenow.errors import BusUnavailable, StoreUnavailable
from herenow.model.device import first_seen
from tests.support.positions import NOW, position


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


async def acknowledge_all(bus: MemoryBus, taken: list[int]) -> None:
    async for delivery in bus.consume():
        taken += [position.time - NOW for position in delivery.positions]
        await delivery.acknowledge()


async def test_publish_returns_only_when_the_delivery_was_acknowledged(bus: MemoryBus) -> None:
    publishing = asyncio.create_task(bus.publish([position("a")]))
    delivery = await anext(bus.consume())
    await asyncio.sleep(0.01)
    assert not publishing.done()
    await delivery.acknowledge()
    await publishing


async def test_a_delivery_given_back_tells_the_publisher_why(bus: MemoryBus) -> None:
    publishing = asyncio.create_task(bus.publish([position("a")]))
    delivery = await anext(bus.consume())
    await delivery.requeue(StoreUnavailable("the disk is full"))
    with pytest.raises(StoreUnavailable, match="the disk is full"):
        await publishing


async def test_a_refused_delivery_tells_the_publisher_why(bus: MemoryBus) -> None:
    publishing = asyncio.create_task(bus.publish([position("a")]))
    delivery = await anext(bus.consume())
    await delivery.dead_letter("it can never be stored")
    with pytest.raises(StoreUnavailable, match="it can never be stored"):
        await publishing


async def test_each_part_settles_its_own_publisher(bus: MemoryBus) -> None:
    publishing = [asyncio.create_task(bus.publish([position("a", NOW + n)])) for n in range(2)]
    await asyncio.sleep(0)
    first, second = (await anext(bus.consume())).parts()
    await second.requeue(StoreUnavailable("only this one"))
    await first.acknowledge()
    await publishing[0]
    with pytest.raises(StoreUnavailable, match="only this one"):
        await publishing[1]


async def test_publish_gives_up_when_nobody_records(bus: MemoryBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PUBLISH_DEADLINE", 0.05)
    with pytest.raises(BusUnavailable, match="not stored within"):
        await bus.publish([position("a")])


async def test_publishers_are_refused_while_too_much_is_not_acknowledged(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MAX_PUBLISHED", 2)
    publishing = [asyncio.create_task(bus.publish([position("a", NOW + n)])) for n in range(2)]
    await asyncio.sleep(0)
    delivery = await anext(bus.consume())
    with pytest.raises(BusUnavailable, match="send it again later"):
        await bus.publish([position("a", NOW + 2)])
    await delivery.acknowledge()
    await asyncio.gather(*publishing)
    taken: list[int] = []
    consuming = asyncio.create_task(acknowledge_all(bus, taken))
    await bus.publish([position("a", NOW + 2)])
    bus.close()
    await consuming
    assert taken == [2]


async def test_what_was_published_before_the_close_is_still_delivered(bus: MemoryBus) -> None:
    publishing = asyncio.create_task(bus.publish([position("a")]))
    await asyncio.sleep(0)
    bus.close()
    taken: list[int] = []
    await acknowledge_all(bus, taken)
    await publishing
    assert taken == [0]


async def test_a_follower_that_lagged_gets_what_came_after_the_loss(
    bus: MemoryBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MAX_NEWS", 3)
    follower = bus.follow()
    for n in range(5):
        await bus.announce([first_seen(position("a", NOW + n))])
    assert await anext(follower) is None
    latest = await anext(follower)
    assert latest is not None
    assert latest[0].position.time == NOW + 4


async def test_what_was_announced_before_the_end_is_still_read(bus: MemoryBus) -> None:
    follower = bus.follow()
    await bus.announce([first_seen(position("a"))])
    bus.stop_following()
    assert len([news async for news in follower]) == 1
