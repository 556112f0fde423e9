"""The promises of the pipeline while its parts are killed, stopped and cut off, under 2,000 positions a second: what
was accepted is in history once, and every map ends at the newest of each device."""

import asyncio
import contextlib
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pika
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from herenow.bus.rabbitmq_queues import DEAD, shard_queue
from herenow.model.position import Position
from herenow.wire.packed import pack_position, pack_shipment
from tests.processes import Process, free_port, make_schema, process, until
from tests.promises import Flaws, Load, judge
from tests.proxy import Proxy, open_proxy
from tests.services.cassandra import Cassandra
from tests.services.rabbitmq import RabbitMQ
from tests.standing import standing


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """One that these tests may stop."""
    with RabbitMQ(tmp_path_factory.mktemp("broker")) as node:
        yield node


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cassandra]:
    """One that these tests may stop."""
    with Cassandra(tmp_path_factory.mktemp("database")) as node:
        yield node


@pytest.fixture
def bus(broker: RabbitMQ) -> Iterator[str]:
    vhost = f"test_{uuid4().hex[:12]}"
    broker.ctl("add_vhost", vhost)
    broker.ctl("set_permissions", "-p", vhost, "guest", ".*", ".*", ".*")
    yield broker.url(vhost)
    broker.ctl("delete_vhost", vhost)


@pytest.fixture
def store(database: Cassandra) -> Iterator[str]:
    keyspace = f"test_{uuid4().hex[:12]}"
    yield database.url(keyspace)
    database.execute(f"DROP KEYSPACE IF EXISTS {keyspace}")


async def test_recorder_server_and_hub_are_killed_twenty_times_each(store: str, bus: str) -> None:
    async with standing(store, bus) as stand:
        load = Load(stand.urls)
        async with load.flowing(), asyncio.TaskGroup() as tasks:
            for number, killed in enumerate((*stand.servers, stand.recorders[0])):
                tasks.create_task(_kill(killed, 20, after=0.5 + number))
        verdict = await judge(load, stand.urls[1], stand.viewers)
        assert verdict.kept, verdict
        assert all(viewer.connects > 5 for viewer in stand.viewers)


async def _kill(killed: Process, times: int, *, after: float) -> None:
    """Dies, and is started again by whoever looks after it."""
    await asyncio.sleep(after)
    for _ in range(times):
        await killed.kill()
        await killed.start()
        await asyncio.sleep(1.0)


async def test_a_store_that_stalls_for_fifteen_seconds_loses_nothing(database: Cassandra, store: str, bus: str) -> None:
    async with standing(store, bus) as stand:
        load = Load(stand.urls)
        async with load.flowing():
            await asyncio.sleep(3)
            database.pause()
            await asyncio.sleep(15)
            database.resume()
            await asyncio.sleep(5)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict
        assert load.refused == 0, "what is accepted waits in RabbitMQ, so devices notice nothing"


async def test_a_broker_that_is_killed_and_started_again_loses_nothing(broker: RabbitMQ, store: str, bus: str) -> None:
    async with standing(store, bus) as stand:
        load = Load(stand.urls)
        async with load.flowing():
            await asyncio.sleep(3)
            broker.kill()
            await asyncio.to_thread(broker.start)
            await asyncio.sleep(3)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict
        assert load.refused > 0, "while the broker was away nothing was promised"


@pytest.mark.parametrize("fault", ["cut", "frozen", "confirms dropped"])
async def test_a_link_to_the_broker_that_breaks_loses_nothing(
    broker: RabbitMQ, store: str, bus: str, fault: str
) -> None:
    async with open_proxy("127.0.0.1", broker.port) as proxy:
        through = bus.replace(f":{broker.port}", f":{proxy.port}")
        async with standing(store, through) as stand:
            load = Load(stand.urls)
            async with load.flowing():
                links = proxy.accepted
                for _ in range(3 if fault == "cut" else 1):
                    await asyncio.sleep(3)
                    await _break(proxy, fault)
                await asyncio.sleep(3)
            assert proxy.accepted > links, "links were lost and made again"
            verdict = await judge(load, stand.urls[0], stand.viewers)
            assert verdict.kept, verdict


async def _break(proxy: Proxy, fault: str) -> None:
    if fault == "cut":
        proxy.cut()
        return
    if fault == "frozen":
        proxy.freeze()
    else:
        proxy.mute()
    await asyncio.sleep(8)
    proxy.thaw()


async def test_a_recorder_that_slept_and_believes_it_is_active_does_no_harm(store: str, bus: str) -> None:
    """RabbitMQ gives its shards to the other one after some missed heartbeats; then it wakes up and goes on writing."""
    async with standing(store, bus) as stand:
        load = Load(stand.urls, rate=1000)
        async with load.flowing():
            await asyncio.sleep(3)
            stand.recorders[0].send(signal.SIGSTOP)
            await asyncio.sleep(32)
            stand.recorders[0].send(signal.SIGCONT)
            # It first ends what it was writing, which may take seconds; then it hears that its shards are taken.
            await until(lambda: "a link to RabbitMQ is away" in stand.recorders[0].said())
            await asyncio.sleep(3)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict


async def test_late_repeated_and_future_reports_end_where_they_belong(store: str, bus: str) -> None:
    async with standing(store, bus, recorders=1) as stand:
        load = Load(stand.urls, flaws=Flaws(late=0.2, duplicated=0.01, ahead=0.001))
        async with load.flowing():
            await asyncio.sleep(10)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict


async def test_what_can_never_be_stored_is_set_aside_and_stops_nothing(broker: RabbitMQ, store: str, bus: str) -> None:
    """One message in a hundred cannot be read, and one is read and always fails: its time is beyond any calendar."""
    async with standing(store, bus, recorders=1) as stand:
        load = Load(stand.urls)
        unreadable = [b"no msgpack \xc1 %d" % n for n in range(10)]
        endless = Position("load-0", 2**62, 0, 1.0, 2.0, received=2**62)
        poison = pack_shipment(0, [pack_position(endless)])
        async with load.flowing():
            for number, body in enumerate([*unreadable, poison]):
                await asyncio.sleep(0.3)
                await asyncio.to_thread(publish, bus, shard_queue(number % 8), body)
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict
        aside = await asyncio.to_thread(drain, bus, DEAD)
        assert sorted(body for body, _ in aside) == sorted([*unreadable, poison])
        assert all(headers["reason"] for _, headers in aside)


async def test_a_full_queue_refuses_and_keeps_what_it_had(store: str, bus: str) -> None:
    """The recorder is away until the shards are full: then nothing is promised, and nothing promised is dropped."""
    small = f"{bus}?shard_mb=1"
    async with standing(store, small, recorders=1) as stand:
        await stand.recorders[0].stop()
        load = Load(stand.urls, rate=20_000)
        async with load.flowing():
            await until(lambda: load.refused > 20, 60)
            await stand.recorders[0].start()
        verdict = await judge(load, stand.urls[0], stand.viewers)
        assert verdict.kept, verdict
        assert load.refused > 20


async def test_services_that_come_late_are_waited_for(tmp_path: Path) -> None:
    """Started with nothing to connect to; /readyz says what is missing, and heals by itself."""
    rabbit, cassandra = RabbitMQ(tmp_path / "rabbit"), Cassandra(tmp_path / "cassandra")
    store, bus, port = cassandra.url("herenow"), rabbit.url(), free_port()
    async with (
        process("serve", "--port", str(port), store=store, bus=bus, wait=False) as server,
        process("record", store=store, bus=bus, wait=False) as recorder,
        process("serve", "--port", "0", store=store, bus=bus, wait=False) as impatient,
        process("record", store=store, bus=bus, wait=False) as impatient_recorder,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client,
    ):
        await saying(client, "cannot reach RabbitMQ at 127.0.0.1")
        assert (await client.post("/api/positions", json=fix())).status_code == 503
        assert await first_beat(port) == "ping", "no counts of a fleet that was never loaded"
        await until(lambda: all("waiting" in one.said() for one in (impatient, impatient_recorder)), 60)
        assert await impatient.stop() == await impatient_recorder.stop() == 0, "SIGTERM ends those that wait"
        with rabbit, cassandra:
            await make_schema(store, bus)
            await server.wait_until_ready()
            await recorder.wait_until_ready()
            assert await first_beat(port) == "stats"
            assert (await client.post("/api/positions", json=fix())).status_code == 200
            assert (await recorder.stop(), await server.stop()) == (0, 0)
    assert "Traceback" not in server.said() + recorder.said()


async def first_beat(port: int) -> str:
    """What a viewer is told first that is not about positions."""
    address, protocol = f"ws://127.0.0.1:{port}/ws/locations", Subprotocol("herenow.json.v1")
    async with asyncio.timeout(10), connect(address, subprotocols=[protocol]) as socket:
        await socket.send(json.dumps({"type": "view", "bbox": [0, 0, 1, 1], "zoom": 5}))
        async for message in socket:
            if (kind := str(json.loads(message)["type"])) not in ("snapshot", "update"):
                return kind
    raise AssertionError("the socket ended")


def fix() -> dict[str, object]:
    return {"device_id": "first", "time": time.time_ns() // 1_000_000, "latitude": 60.0, "longitude": 25.0}


async def saying(client: httpx.AsyncClient, reason: str) -> None:
    """Until /readyz gives it as a reason."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if reason in (await client.get("/readyz")).text:
                    return
            await asyncio.sleep(0.05)


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
