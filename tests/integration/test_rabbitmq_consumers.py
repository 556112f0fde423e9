"""Recorders on RabbitMQ: who gets a shard, what comes again, what is set aside; and devices that publish themselves."""

import asyncio
import contextlib
import json
from collections import Counter

import msgspec
import pika
import pytest

from herenow.bus.rabbitmq import bus as adapter
from herenow.bus.rabbitmq import connection, consumer, topology
from herenow.bus.rabbitmq.bus import RabbitBus
from herenow.bus.rabbitmq.connection import open_connection
from herenow.bus.rabbitmq.publisher import MAX_BYTES
from herenow.bus.rabbitmq.topology import DEAD, make_queues, shard_of, shard_queue
from herenow.bus.rabbitmq.url import RabbitUrl, read_rabbit_url
from herenow.errors import BusUnavailable, StoreUnavailable
from herenow.intake.intake import LocalIntake
from herenow.sources.bus_inbox import take_inbox
from herenow.wire.legacy_article import QUEUE
from tests.support.positions import NOW, position
from tests.support.processes import until
from tests.support.rabbitmq import channel, messages, numbers, open_bus, put, recording, through_proxy, waiting


@pytest.fixture
async def url(amqp_url: str) -> RabbitUrl:
    url = read_rabbit_url(amqp_url + "?shards=1")
    await make_queues(url)
    return url


async def publish(bus: RabbitBus, *times: int) -> None:
    """Each in a message of its own."""
    for time in times:
        await bus.publish([position("a", NOW + time)])


async def all_delivered(bus: RabbitBus, enough: int) -> list[int]:
    async with recording(bus) as taken:
        await until(lambda: len(taken) >= enough)
    return numbers(taken)


async def test_one_recorder_at_a_time_gets_a_shard_and_the_next_takes_over(url: RabbitUrl) -> None:
    async with open_bus(url) as first, open_bus(url) as second:
        await publish(first, 1, 2)
        async with contextlib.aclosing(first.consume()) as deliveries:
            delivery = await anext(deliveries)
            async with recording(second) as taken:
                await publish(first, 3)
                with channel(url) as opened:
                    await until(lambda: opened.queue_declare(shard_queue(0), passive=True).method.consumer_count >= 1)
                assert taken == []
                assert delivery.published is not None
                await deliveries.aclose()
                await until(lambda: len(taken) >= 3)
                assert numbers(taken) == [1, 2, 3]


async def test_the_next_recorder_gets_what_the_one_before_held_when_its_link_was_lost(url: RabbitUrl) -> None:
    async with through_proxy(url) as (far, proxy), open_bus(far) as first, open_bus(url) as second:
        await publish(second, 1, 2)
        async with contextlib.aclosing(first.consume()) as deliveries:
            delivery = await anext(deliveries)
            async with recording(second) as taken:
                proxy.refuse()
                proxy.cut()
                await until(lambda: len(taken) >= 2)
                assert numbers(taken) == [1, 2]
            with pytest.raises(BusUnavailable, match="lost RabbitMQ"):
                await delivery.acknowledge()
            with pytest.raises(BusUnavailable, match="lost RabbitMQ"):
                await anext(deliveries)


async def test_recorders_that_start_together_share_the_shards(amqp_url: str) -> None:
    url = read_rabbit_url(amqp_url + "?shards=8")
    await make_queues(url)
    async with open_bus(url) as one, open_bus(url) as two, recording(one) as left, recording(two) as right:
        devices = [f"device-{n}" for n in range(100)]
        for number in range(3):
            await one.publish([position(device, NOW + number) for device in devices])
        await until(lambda: len(left) + len(right) >= 300)
        shares = [{shard_of(taken.device_id, 8) for taken in side} for side in (left, right)]
        assert shares[0] | shares[1] == set(range(8))
        assert shares[0]
        assert shares[1]
        assert not shares[0] & shares[1]


async def test_what_is_given_back_is_delivered_again_first_and_not_by_way_of_the_broker(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        await publish(bus, 1)
        async with contextlib.aclosing(bus.consume()) as deliveries:
            delivery = await anext(deliveries)
            await publish(bus, 2)
            for _ in range(3):
                await delivery.requeue(StoreUnavailable("down"))
                again = await anext(deliveries)
                assert again.positions[0] is delivery.positions[0]
                assert len(again.positions) == 1
                delivery = again
            await delivery.acknowledge()
            assert numbers([*(await anext(deliveries)).positions]) == [2]


async def test_parts_given_back_come_again_and_the_others_do_not(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        await publish(bus, 1, 2, 3, 4, 5)
        async with contextlib.aclosing(bus.consume()) as deliveries:
            first = await anext(deliveries)
            parts = dict(zip(numbers([*first.positions]), first.parts(), strict=True))
            while len(parts) < 5:  # they need not have arrived together
                following = await anext(deliveries)
                parts |= dict(zip(numbers([*following.positions]), following.parts(), strict=True))
            await parts[5].acknowledge()
            await parts[4].requeue(StoreUnavailable("down"))
            await parts[3].dead_letter("for a test")
            await parts[2].requeue(StoreUnavailable("down"))
            await parts[1].acknowledge()
            again = await anext(deliveries)
            assert {*numbers([*again.positions])} <= {2, 4}
        assert await all_delivered(bus, 2) == [2, 4]
        assert len(messages(url, DEAD)) == 1


async def test_a_message_that_cannot_be_read_is_set_aside_once_and_holds_up_nothing(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        await publish(bus, 1)
        put(url, shard_queue(0), b"no positions")
        await publish(bus, 2)
        assert await all_delivered(bus, 2) == [1, 2]
        assert await all_delivered(bus, 0) == []
    (body, headers), *others = messages(url, DEAD)
    assert body == b"no positions"
    assert headers["queue"] == shard_queue(0)
    assert "expected positions in msgpack" in headers["reason"]
    assert others == []
    await until(lambda: waiting(url, shard_queue(0)) == 0)


async def test_a_message_that_cannot_be_set_aside_yet_waits_for_a_queue_of_dead_letters_and_costs_the_others_nothing(
    amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topology, "MAX_RETURNS", 1)
    monkeypatch.setattr(consumer, "PAUSE", 0.05)
    monkeypatch.setattr(adapter, "COUNT_EVERY", 0.1)
    url = read_rabbit_url(amqp_url + "?shards=1")
    await make_queues(url)
    async with open_bus(url) as bus:
        put(url, shard_queue(0), b"no positions")
        await publish(bus, 1)
        with channel(url) as opened:
            opened.queue_delete(DEAD)
        async with recording(bus) as taken:
            await until(lambda: len(taken) >= 1)
    [(body, headers)] = messages(url, DEAD)
    assert body == b"no positions"
    assert "msgpack" in headers["reason"]


async def test_what_is_refused_is_set_aside_with_the_reason(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        await publish(bus, 1)
        async with contextlib.aclosing(bus.consume()) as deliveries:
            await (await anext(deliveries)).dead_letter("OverflowError: too far")
        await publish(bus, 2)
        assert await all_delivered(bus, 1) == [2]
    [(_, headers)] = messages(url, DEAD)
    assert (headers["reason"], headers["queue"]) == ("OverflowError: too far", shard_queue(0))


async def test_a_message_with_which_recorders_die_again_and_again_is_set_aside(
    amqp_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topology, "MAX_RETURNS", 2)
    url = read_rabbit_url(amqp_url + "?shards=1")
    await make_queues(url)
    async with open_bus(url) as bus:
        await publish(bus, 1)
        for _ in range(3):
            async with contextlib.aclosing(bus.consume()) as deliveries:
                await anext(deliveries)
        await until(lambda: waiting(url, DEAD) == 1)
        await publish(bus, 2)
        assert await all_delivered(bus, 1) == [2]
    [(_, headers)] = messages(url, DEAD)
    assert headers["x-death"][0]["reason"] == "delivery_limit"
    assert headers["x-death"][0]["queue"] == shard_queue(0)


async def test_a_recorder_behind_a_silent_link_notices_by_itself(
    url: RabbitUrl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEARTBEAT", 1)  # pika looks every 5 s longer than that
    async with through_proxy(url) as (far, proxy), open_bus(far) as bus:
        await publish(bus, 1)
        async with contextlib.aclosing(bus.consume()) as deliveries:
            await (await anext(deliveries)).acknowledge()
            proxy.freeze()
            with pytest.raises(BusUnavailable, match="No activity or too many missed heartbeats"):
                async with asyncio.timeout(13):
                    await anext(deliveries)


async def test_a_recorder_without_its_queue_learns_what_to_do(url: RabbitUrl) -> None:
    async with open_bus(msgspec.structs.replace(url, shards=2), ready=False) as bus:
        with pytest.raises(BusUnavailable, match="herenow schema"):
            await anext(bus.consume())


async def test_a_recorder_whose_queue_is_deleted_learns_of_it(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        await publish(bus, 1)
        async with contextlib.aclosing(bus.consume()) as deliveries:
            await (await anext(deliveries)).acknowledge()
            with channel(url) as opened:
                opened.queue_delete(shard_queue(0))
            with pytest.raises(BusUnavailable, match="its queue went"):
                await anext(deliveries)


async def test_no_more_is_held_than_was_agreed(url: RabbitUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "PREFETCH", 3)
    async with open_bus(url) as bus:
        await publish(bus, *range(10))
        async with contextlib.aclosing(bus.consume()) as deliveries:
            delivery = await anext(deliveries)
            await until(lambda: waiting(url, shard_queue(0)) == 7)
            assert numbers([*delivery.positions])[0] == 0


async def test_a_large_publication_travels_in_messages_of_bounded_size(url: RabbitUrl) -> None:
    large = {f"field-{n}": "x" * 250 for n in range(14)}
    async with open_bus(url) as bus:
        await bus.publish([position("a", NOW + n, attributes=large) for n in range(1000)])
        with channel(url) as opened:
            count = opened.queue_declare(shard_queue(0), passive=True).method.message_count
            arriving = opened.consume(shard_queue(0))
            sizes = [len(next(arriving)[2] or b"") for _ in range(count)]
        assert count >= 12
        assert max(sizes) <= MAX_BYTES + 5000
        assert await all_delivered(bus, 1000) == list(range(1000))


async def test_the_inbox_acknowledges_what_was_taken_and_nothing_before(url: RabbitUrl) -> None:
    async with open_bus(url) as bus:
        for number in range(3):
            put(url, QUEUE, b"%d" % number)
        async with contextlib.aclosing(bus.inbox()) as batches:
            taken: list[bytes] = []
            while len(taken) < 3:
                taken += await anext(batches)
        assert taken == [b"0", b"1", b"2"]
        await until(lambda: waiting(url, QUEUE) >= 1)
        assert messages(url, QUEUE)[-1][0] == b"2"
        async with contextlib.aclosing(bus.inbox()) as batches:
            while (await anext(batches))[-1] != b"2":
                pass
            asking = asyncio.create_task(anext(batches))
            put(url, QUEUE, b"3")
            assert await asking == [b"3"]
        await until(lambda: waiting(url, QUEUE) == 1)
        assert messages(url, QUEUE)[0][0] == b"3"


async def test_positions_that_devices_publish_themselves_are_recorded(url: RabbitUrl) -> None:
    async with open_bus(url) as bus, recording(bus) as taken:
        taking = asyncio.create_task(take_inbox(bus, LocalIntake(bus)))
        for number in range(5):
            location = {"device_id": f"d{number}", "timestamp": 1_790_000_000.5, "latitude": 60.0, "longitude": 25.0}
            put(url, QUEUE, json.dumps(location).encode())
        put(url, QUEUE, b"no position")
        put(url, QUEUE, b'{"device_id": "d9", "timestamp": 1790000000, "latitude": 91, "longitude": 25}')
        await until(lambda: len(taken) >= 5)
        await until(lambda: waiting(url, DEAD) == 2)
        bus.close()
        await taking
    assert Counter(one.device_id for one in taken) == {f"d{number}": 1 for number in range(5)}
    assert {(one.time, one.source) for one in taken} == {(1_790_000_000_500, "amqp")}
    dead = dict(messages(url, DEAD))
    assert {headers["queue"] for headers in dead.values()} == {QUEUE}
    assert "JSON" in dead.pop(b"no position")["reason"]
    assert "latitude" in next(iter(dead.values()))["reason"]
    await until(lambda: waiting(url, QUEUE) == 0)


async def test_the_articles_simulator_may_make_its_queue_before_and_after_us(amqp_url: str) -> None:
    url = read_rabbit_url(amqp_url + "?shards=1")
    for _ in range(2):
        with channel(url) as opened:
            opened.queue_declare(queue="location_data_queue", durable=True)
            opened.basic_publish("", "location_data_queue", b"{}", pika.BasicProperties(delivery_mode=2))
        await make_queues(url)
    assert QUEUE == "location_data_queue"


async def test_a_link_that_was_given_up_while_it_opened_leaves_no_connection(url: RabbitUrl) -> None:
    async with through_proxy(url) as (far, proxy):
        for turns in range(60):

            async def visit() -> None:
                async with open_connection(far, "visit"):
                    pass

            visiting = asyncio.create_task(visit())
            for _ in range(turns):
                await asyncio.sleep(0)
            visiting.cancel()
            await asyncio.wait({visiting})
        await until(lambda: proxy.open == 0)
