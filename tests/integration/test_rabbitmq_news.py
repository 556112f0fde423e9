"""News on RabbitMQ: what a follower receives when some were lost, and how far the recorders are behind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import msgspec
import pytest
from pika.exceptions import ChannelClosedByBroker

from herenow.bus.port import News, Note
from herenow.bus.rabbitmq import bus as adapter
from herenow.bus.rabbitmq import news, topology
from herenow.bus.rabbitmq.bus import RabbitBus
from herenow.bus.rabbitmq.topology import NEWS, make_queues, shard_queue
from herenow.bus.rabbitmq.url import RabbitUrl, read_rabbit_url
from herenow.errors import BusUnavailable
from herenow.model.clock import now
from herenow.model.device import Device, first_seen
from herenow.wire.internal import Bulletin, pack_bulletin, unpack_bulletin
from tests.support.patience import PATIENCE
from tests.support.positions import NOW, position
from tests.support.processes import until
from tests.support.rabbitmq import channel, open_bus, put, through_proxy, waiting


@pytest.fixture
async def url(amqp_url: str) -> RabbitUrl:
    url = read_rabbit_url(amqp_url + "?shards=1")
    await make_queues(url)
    return url


def device(number: int) -> Device:
    return first_seen(position("a", NOW + number))


def tell(url: RabbitUrl, seq: int, number: int | None = None, epoch: str = "run") -> None:
    """A bulletin as another process may send it."""
    news = [] if number is None else [device(number)]
    put(url, "", pack_bulletin(Bulletin(epoch, seq, None, None, news)), NEWS)


async def hear(follower: AsyncIterator[News | None]) -> int | None:
    async with asyncio.timeout(PATIENCE):
        news: News | None = await anext(follower)
    return None if news is None else news[0].position.time - NOW


@contextlib.asynccontextmanager
async def holding(bus: RabbitBus) -> AsyncIterator[None]:
    """A recorder that takes one delivery and is not done with it."""
    async with contextlib.aclosing(bus.consume()) as deliveries:
        delivery = await anext(deliveries)
        yield
        await delivery.acknowledge()


async def test_a_follower_whose_link_was_cut_learns_of_it_and_receives_what_comes_then(url: RabbitUrl) -> None:
    async with through_proxy(url) as (far, proxy), open_bus(url) as near, open_bus(far) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        await near.announce([device(1)])
        assert await hear(follower) == 1
        proxy.cut()
        await near.announce([device(2)])
        assert await hear(follower) is None
        await near.announce([device(3)])
        assert await hear(follower) == 3


async def test_an_exchange_that_was_deleted_is_made_again_and_who_follows_hears_that_news_were_missed(
    url: RabbitUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "BIND_EVERY", 0.2)
    async with open_bus(url) as near, open_bus(url) as far:
        follower = far.follow()
        assert await hear(follower) is None
        await near.announce([device(1)])
        assert await hear(follower) == 1
        with channel(url) as opened:
            opened.exchange_delete(NEWS)
        async with asyncio.timeout(PATIENCE):
            number = 1
            hearing = asyncio.ensure_future(hear(follower))
            while not hearing.done():
                number += 1
                with contextlib.suppress(BusUnavailable):
                    await near.announce([device(number)])
                await asyncio.wait({hearing}, timeout=0.05)
            received = await hearing
        assert received is None
        assert near.trouble is None


async def test_what_is_missing_without_the_shards_is_left_to_the_schema(amqp_url: str) -> None:
    url = read_rabbit_url(amqp_url + "?shards=1")
    await make_queues(url)
    async with open_bus(url) as bus:
        with channel(url) as opened:
            opened.queue_delete(shard_queue(0))
            opened.exchange_delete(NEWS)
        with contextlib.suppress(BusUnavailable):
            await bus.announce([device(1)])
        await until(lambda: "herenow schema" in (bus.trouble or ""))
        await asyncio.sleep(0.5)
        with channel(url) as opened, pytest.raises(ChannelClosedByBroker, match="no exchange"):
            opened.exchange_declare(NEWS, passive=True)


async def test_a_note_reaches_the_followers_of_other_processes_and_disturbs_no_news(url: RabbitUrl) -> None:
    notes: list[Note] = []
    async with open_bus(url) as near, open_bus(url) as far:
        follower = far.follow(notes.append)
        assert await hear(follower) is None
        await near.announce([device(1)])
        await near.relay(Note(b'{"type":"whatever"}'))
        await near.announce([device(2)])
        assert [await hear(follower), await hear(follower)] == [1, 2]
        assert notes == [Note(b'{"type":"whatever"}')]


async def test_a_hole_in_the_numbers_is_reported(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        tell(url, 1, 1)
        tell(url, 2, 2)
        assert [await hear(follower), await hear(follower)] == [1, 2]
        tell(url, 4, 4)
        assert [await hear(follower), await hear(follower)] == [None, 4]


async def test_what_comes_again_is_no_hole(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        for seq in (1, 2, 1, 2, 3):
            tell(url, seq, seq)
        assert [await hear(follower) for _ in range(5)] == [1, 2, 1, 2, 3]


async def test_each_run_of_numbers_is_counted_by_itself(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        for seq in (7, 8):
            tell(url, seq, seq, "one")
            tell(url, seq + 50, seq + 50, "two")
        assert [await hear(follower) for _ in range(4)] == [7, 57, 8, 58]


async def test_a_run_received_late_has_lost_its_beginning(url: RabbitUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "ALL_RECEIVED", 0.0)
    async with open_bus(url) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        tell(url, 1, 1, "new")
        assert await hear(follower) == 1
        tell(url, 5, 5, "late")
        assert [await hear(follower), await hear(follower)] == [None, 5]


async def test_a_lost_bulletin_is_found_though_no_news_follow(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        tell(url, 1, 1)
        assert await hear(follower) == 1
        tell(url, 3)
        assert await hear(follower) is None


async def test_a_recorder_that_has_no_news_counts_on(url: RabbitUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "BEAT", 0.05)
    with channel(url) as opened:
        queue = opened.queue_declare("", exclusive=True).method.queue
        opened.queue_bind(queue, NEWS)
        async with open_bus(url) as bus:
            consuming = asyncio.create_task(anext(bus.consume()))
            await until(lambda: opened.queue_declare(queue, passive=True).method.message_count >= 3)
            bus.close()
            await asyncio.wait({consuming})
            assert isinstance(consuming.exception(), StopAsyncIteration)
        beats = [unpack_bulletin(opened.basic_get(queue, auto_ack=True)[2] or b"") for _ in range(3)]
    assert [(beat.seq, beat.news, beat.oldest) for beat in beats] == [(1, [], None), (2, [], None), (3, [], None)]


async def test_news_that_cannot_be_read_are_reported_as_lost(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        put(url, "", b"no news", NEWS)
        assert await hear(follower) is None
        tell(url, 1, 1)
        assert await hear(follower) == 1


async def test_a_follower_too_slow_for_the_broker_learns_of_it(url: RabbitUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topology, "FOLLOWER_MESSAGES", 10)
    crowd = [first_seen(position(f"crowd-{n}")) for n in range(1000)]
    async with through_proxy(url) as (far, proxy), open_bus(url) as near, open_bus(far) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        proxy.freeze()
        for _ in range(30):  # far more than all buffers on the way hold
            await asyncio.gather(*(near.announce(crowd) for _ in range(10)))
        proxy.thaw()
        lost = 0
        while not lost:
            news = await anext(follower)
            lost += news is None
        await near.announce([device(1)])
        while await hear(follower) != 1:
            pass


async def test_a_follower_that_is_closed_leaves_nothing_behind(url: RabbitUrl) -> None:
    async with through_proxy(url) as (far, proxy), open_bus(far) as bus:
        follower = bus.follow()
        assert await hear(follower) is None
        links = proxy.open
        await follower.aclose()  # type: ignore[attr-defined]
        await until(lambda: proxy.open == links - 1)


async def test_the_backlog_counts_what_waits(url: RabbitUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "COUNT_EVERY", 0.05)
    async with open_bus(url) as bus:
        await until(lambda: bus.backlog.waiting == 0)
        for number in range(3):
            await bus.publish([position("a", NOW + number)])
        await until(lambda: bus.backlog.waiting == 3)
        assert waiting(url, shard_queue(0)) == 3
        with channel(url) as opened:
            opened.queue_delete(shard_queue(0))
        await until(lambda: bus.backlog.waiting is None)


async def test_the_backlog_is_as_old_as_what_a_recorder_holds(url: RabbitUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "BEAT", 0.05)
    async with open_bus(url) as bus, open_bus(url) as recorder:
        follower = bus.follow()
        assert await hear(follower) is None
        await bus.publish([position("a")])
        async with holding(recorder):
            await until(lambda: (bus.backlog.age(now() + 5000) or 0) >= 5000)
        await until(lambda: bus.backlog.age(now() + 5000) == 0)


async def test_what_was_just_stored_is_no_backlog(url: RabbitUrl) -> None:
    async with open_bus(url) as bus, open_bus(url) as recorder:
        follower = bus.follow()
        assert await hear(follower) is None
        await bus.publish([position("a")])
        async with contextlib.aclosing(recorder.consume()) as deliveries:
            delivery = await anext(deliveries)
            await recorder.announce([device(1)], delivery.published)
            while await hear(follower) != 1:
                pass
            assert bus.backlog.age(now() + 5000) == 0
            await delivery.acknowledge()


async def test_lag_is_the_time_from_publication_to_the_announcement(url: RabbitUrl) -> None:
    async with open_bus(url) as bus, open_bus(url) as recorder:
        follower = bus.follow()
        assert await hear(follower) is None
        assert bus.backlog.lag is None
        await recorder.announce([device(1)], now() - 5000)
        assert await hear(follower) == 1
        assert bus.backlog.lag is not None
        assert 5000 <= bus.backlog.lag < 25_000


async def test_every_server_hears_what_any_recorder_announces(url: RabbitUrl) -> None:
    other = msgspec.structs.replace(url, hosts=(("localhost", url.hosts[0][1]),))
    async with open_bus(url) as one, open_bus(other) as two:
        followers = [one.follow(), two.follow()]
        assert [await hear(follower) for follower in followers] == [None, None]
        await one.announce([device(1)])
        await two.announce([device(2)])
        for follower in followers:
            assert [await hear(follower), await hear(follower)] == [1, 2]
