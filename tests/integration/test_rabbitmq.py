"""Publishing on RabbitMQ while its links, its queues and the broker itself fail."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from herenow.bus.port import Bus
from herenow.bus.rabbitmq import bus as adapter
from herenow.bus.rabbitmq import confirmed_sender, connection
from herenow.bus.rabbitmq.topology import make_queues, shard_queue
from herenow.bus.rabbitmq.url import RabbitUrl, read_rabbit_url
from herenow.errors import BusUnavailable
from tests.services.rabbitmq import RabbitMQ
from tests.support.ports import free_port
from tests.support.positions import NOW, position
from tests.support.processes import until
from tests.support.rabbitmq import channel, numbers, open_bus, publish_until_taken, recording, through_proxy, waiting


@pytest.fixture
async def url(amqp_url: str) -> RabbitUrl:
    url = read_rabbit_url(amqp_url + "?shards=2")
    await make_queues(url)
    return url


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """A broker that tests may kill."""
    with RabbitMQ(tmp_path_factory.mktemp("node")) as node:
        yield node


@pytest.fixture
async def fragile(node: RabbitMQ) -> AsyncIterator[RabbitUrl]:
    url = read_rabbit_url(node.url() + "?shards=2")
    await make_queues(url)
    # RabbitMQ writes down which quorum queues there are some seconds after it made them.
    await asyncio.to_thread(node.ctl, "eval", "[dets:sync(Table) || Table <- dets:all()].")
    yield url
    with channel(url) as opened:
        for shard in range(url.shards):
            opened.queue_delete(shard_queue(shard))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All deadlines a tenth of what they are."""
    monkeypatch.setattr(confirmed_sender, "CONFIRM_WITHIN", 0.5)
    monkeypatch.setattr(confirmed_sender, "EXPIRES", 0.9)
    monkeypatch.setattr(confirmed_sender, "LOOK_EVERY", 0.025)
    monkeypatch.setattr(confirmed_sender, "LONGEST_PAUSE", 0.2)
    monkeypatch.setattr(connection, "OPEN_WITHIN", 0.8)
    monkeypatch.setattr(connection, "REPLY_WITHIN", 0.5)
    monkeypatch.setattr(connection, "CLOSE_WITHIN", 0.1)
    monkeypatch.setattr(adapter, "FLUSH_WITHIN", 0.5)


class Load:
    """Devices that publish all the time, each one position after the other."""

    def __init__(self, bus: Bus, devices: int = 8) -> None:
        self.promised: list[int] = []
        self.refused: list[str] = []
        self._going = True
        self._next = 0
        self._tasks = [asyncio.create_task(self._publish(bus, f"device-{n}")) for n in range(devices)]

    async def _publish(self, bus: Bus, device: str) -> None:
        while self._going:
            self._next += 1
            number = self._next
            try:
                await bus.publish([position(device, NOW + number)])
            except BusUnavailable as error:
                self.refused.append(str(error))
                await asyncio.sleep(0.01)
            else:
                self.promised.append(number)

    async def progress(self, count: int = 100) -> None:
        enough = len(self.promised) + count
        await until(lambda: len(self.promised) >= enough)

    async def stop(self) -> None:
        self._going = False
        await asyncio.gather(*self._tasks)


async def test_what_was_published_survives_the_death_of_the_broker(fragile: RabbitUrl, node: RabbitMQ) -> None:
    async with open_bus(fragile) as bus:
        await asyncio.gather(*(bus.publish([position(f"d{n}", NOW + n)]) for n in range(500)))
        node.kill()
        await until(lambda: bus.trouble is not None)
        with pytest.raises(BusUnavailable, match="connection refused; is it running"):
            await bus.publish([position("a")])
        await asyncio.to_thread(node.start)
        async with recording(bus) as taken:
            await until(lambda: len(taken) >= 500)
        assert sorted(numbers(taken)) == list(range(500))
        await publish_until_taken(bus)


async def test_what_was_promised_under_load_is_there_after_the_broker_died(fragile: RabbitUrl, node: RabbitMQ) -> None:
    async with open_bus(fragile) as bus, recording(bus) as taken:
        load = Load(bus)
        await load.progress()
        node.kill()
        await asyncio.to_thread(node.start)
        await load.progress()
        await load.stop()
        await until(lambda: {*load.promised} <= {*numbers(taken)})


async def test_every_promise_holds_while_the_link_is_cut_again_and_again(url: RabbitUrl) -> None:
    async with (
        through_proxy(url) as (far, proxy),
        open_bus(far) as bus,
        open_bus(url) as near,
        recording(near) as taken,
    ):
        load = Load(bus)
        for _ in range(5):
            await load.progress()
            proxy.cut()
        await load.progress()
        await load.stop()
        await until(lambda: {*load.promised} <= {*numbers(taken)})
        assert proxy.accepted == 6


async def test_a_recorder_whose_links_are_cut_again_and_again_misses_nothing(url: RabbitUrl) -> None:
    async with through_proxy(url) as (far, proxy), open_bus(far) as bus, open_bus(url) as near, recording(bus) as taken:
        load = Load(near)
        for _ in range(4):
            await load.progress()
            seen = len(taken)
            await until(lambda seen=seen: len(taken) > seen)  # type: ignore[misc]
            proxy.cut()
        await load.stop()
        await until(lambda: {*load.promised} <= {*numbers(taken)})
    assert load.refused == []


async def test_publishing_over_a_silent_link_fails_in_time_and_heals(url: RabbitUrl, impatient: None) -> None:
    async with through_proxy(url) as (far, proxy), open_bus(far) as bus:
        proxy.freeze()
        began = time.monotonic()
        with pytest.raises(BusUnavailable):
            await bus.publish([position("a")])
        assert time.monotonic() - began < 1.5
        await until(lambda: bus.trouble is not None)
        proxy.thaw()
        await publish_until_taken(bus, NOW + 1)
        async with recording(bus) as taken:
            await until(lambda: 1 in numbers(taken))


async def test_a_confirm_that_was_lost_is_got_by_sending_again(url: RabbitUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirmed_sender, "CONFIRM_WITHIN", 0.5)
    async with through_proxy(url) as (far, proxy), open_bus(far) as bus:
        proxy.mute()
        publishing = asyncio.create_task(bus.publish([position("a")]))
        queues = [shard_queue(shard) for shard in range(url.shards)]
        await until(lambda: sum(waiting(url, queue) for queue in queues) == 1)
        assert not publishing.done()
        proxy.thaw()
        await publishing
        assert sum(waiting(url, queue) for queue in queues) <= 2
        async with recording(bus) as taken:
            await until(lambda: 0 in numbers(taken))


async def test_missing_queues_are_reported_as_trouble_until_they_are_made(amqp_url: str) -> None:
    url = read_rabbit_url(amqp_url + "?shards=2")
    async with open_bus(url, ready=False) as bus:
        await until(lambda: "herenow schema" in (bus.trouble or ""))
        with pytest.raises(BusUnavailable, match="herenow schema"):
            await bus.publish([position("a")])
        await make_queues(url)
        await until(lambda: bus.trouble is None)
        await bus.publish([position("a")])


async def test_queues_are_made_twice_without_harm_and_never_with_other_options(url: RabbitUrl) -> None:
    await make_queues(url)
    with pytest.raises(BusUnavailable, match="it was made with other options"):
        await make_queues(msgspec.structs.replace(url, shard_mb=7))


async def test_a_queue_that_vanished_is_reported_to_the_publisher(amqp_url: str) -> None:
    url = read_rabbit_url(amqp_url + "?shards=1")
    await make_queues(url)
    async with open_bus(url) as bus:
        await bus.publish([position("a")])
        with channel(url) as opened:
            opened.queue_delete(shard_queue(0))
        with pytest.raises(BusUnavailable, match="herenow schema"):
            await bus.publish([position("a")])
        await make_queues(url)
        await publish_until_taken(bus)


async def test_a_broker_without_memory_is_reported_at_once_and_used_again_later(
    fragile: RabbitUrl, node: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "REPLY_WITHIN", 0.2)
    monkeypatch.setattr(adapter, "COUNT_EVERY", 0.3)
    async with open_bus(fragile) as bus:
        await bus.publish([position("a")])
        await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.0000001")
        try:
            began = time.monotonic()
            with pytest.raises(BusUnavailable, match="RabbitMQ takes nothing: low on memory"):
                for number in range(1000):
                    await bus.publish([position("a", NOW + number)])
            with pytest.raises(BusUnavailable, match="RabbitMQ takes nothing: low on memory"):
                await bus.publish([position("a")])
            assert time.monotonic() - began < 3
            for _ in range(20):  # no request over the link that stays unanswered makes it forget
                await asyncio.sleep(0.02)
                assert (bus.trouble or "").startswith("RabbitMQ takes nothing")
        finally:
            await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.8")
        await publish_until_taken(bus, NOW + 5000)
        async with recording(bus) as taken:
            await until(lambda: 5000 in numbers(taken))


async def test_leaving_waits_for_the_confirms_of_what_was_published(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        publishing = [asyncio.create_task(bus.publish([position("a", NOW + n)])) for n in range(2000)]
        await asyncio.sleep(0)
    assert all(task.done() for task in publishing)
    await asyncio.gather(*publishing)
    async with open_bus(url) as bus, recording(bus) as taken:
        await until(lambda: len(taken) >= 2000)
    assert numbers(taken) == list(range(2000))


async def test_leaving_a_dead_broker_ends_in_time_and_tells_the_publishers(url: RabbitUrl, impatient: None) -> None:
    async with through_proxy(url) as (far, proxy):
        async with open_bus(far) as bus:
            proxy.freeze()
            publishing = [asyncio.create_task(bus.publish([position("a", NOW + n)])) for n in range(1000)]
            await asyncio.sleep(0)
            began = time.monotonic()
        assert time.monotonic() - began < 1.5
        await asyncio.wait(publishing, timeout=0.5)
        for task in publishing:
            assert isinstance(task.exception(), BusUnavailable)


async def test_publishers_that_gave_up_leave_nothing_behind(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        publishing = [asyncio.create_task(bus.publish([position("a", NOW + n)])) for n in range(500)]
        await asyncio.sleep(0)
        for task in publishing:
            task.cancel()
        await asyncio.wait(publishing)
        await bus.publish([position("b", NOW + 1000)])
        async with recording(bus) as taken:
            await until(lambda: 1000 in numbers(taken))


async def test_a_dead_host_among_several_does_no_harm(url: RabbitUrl) -> None:
    hosts = (("127.0.0.1", free_port("127.0.0.1")), *url.hosts)
    for _ in range(4):  # they are tried in any order
        async with open_bus(msgspec.structs.replace(url, hosts=hosts)) as bus:
            await bus.publish([position("a")])
