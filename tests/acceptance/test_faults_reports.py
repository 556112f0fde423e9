"""The promises of the pipeline while what is reported is late, double, ahead of its time or unreadable, or too much."""

import asyncio

import pika

from herenow.bus.rabbitmq.topology import DEAD, shard_queue
from herenow.model.position import Position
from herenow.wire.internal import pack_position, pack_shipment
from tests.support.cluster import standing
from tests.support.delivery_checker import Flaws, Load, judge
from tests.support.processes import until


async def test_late_repeated_and_future_reports_end_where_they_belong(cassandra_url: str, amqp_url: str) -> None:
    async with standing(cassandra_url, amqp_url, recorders=1) as stand:
        load = Load(stand.urls, flaws=Flaws(late=0.2, duplicated=0.01, ahead=0.001))
        async with load.flowing():
            await load.accepts(8)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict


async def test_what_can_never_be_stored_is_set_aside_and_stops_nothing(cassandra_url: str, amqp_url: str) -> None:
    """One message in a hundred cannot be read, and one is read and always fails: its time is beyond any calendar."""
    async with standing(cassandra_url, amqp_url, recorders=1) as stand:
        load = Load(stand.urls)
        unreadable = [b"no msgpack \xc1 %d" % n for n in range(10)]
        endless = Position("load-0", 2**62, 0, 1.0, 2.0, received=2**62)
        poison = pack_shipment(0, [pack_position(endless)])
        async with load.flowing():
            for number, body in enumerate([*unreadable, poison]):
                await asyncio.sleep(0.3)
                await asyncio.to_thread(publish, amqp_url, shard_queue(number % 8), body)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict
        aside = await asyncio.to_thread(drain, amqp_url, DEAD)
        assert sorted(body for body, _ in aside) == sorted([*unreadable, poison])
        assert all(headers["reason"] for _, headers in aside)


async def test_a_full_queue_refuses_and_keeps_what_it_had(cassandra_url: str, amqp_url: str) -> None:
    """The recorder is away until a shard is full: then nothing is promised, and nothing promised is dropped."""
    small = f"{amqp_url}?shard_mb=1"
    async with standing(cassandra_url, small, recorders=1) as stand:
        await stand.recorders[0].stop()
        load = Load(stand.urls, devices=2, rate=20_000, batch=100)
        async with load.flowing():
            await until(lambda: load.refused > 20)
            await stand.recorders[0].start()
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict
        assert load.refused > 20


def publish(bus: str, queue: str, body: bytes) -> None:
    """As a stranger would."""
    connection = pika.BlockingConnection(pika.URLParameters(bus))
    connection.channel().basic_publish("", queue, body)
    connection.close()


def drain(bus: str, queue: str) -> list[tuple[bytes, dict[str, object]]]:
    connection = pika.BlockingConnection(pika.URLParameters(bus))
    channel = connection.channel()
    found: list[tuple[bytes, dict[str, object]]] = []
    while (got := channel.basic_get(queue, auto_ack=True))[0] is not None:
        found.append((got[2] or b"", dict(got[1].headers or {})))
    connection.close()
    return found
