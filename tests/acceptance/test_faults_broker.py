"""The promises of the pipeline while its broker is killed, and while no service is there yet."""

import asyncio
import contextlib
import json
import time
from pathlib import Path

import httpx
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.services.cassandra import Cassandra
from tests.services.rabbitmq import RabbitMQ
from tests.services.service import launched
from tests.support.cluster import standing
from tests.support.delivery_checker import Load, judge
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.processes import make_schema, process, until


async def test_a_broker_that_is_killed_and_started_again_loses_nothing(cassandra_url: str, tmp_path: Path) -> None:
    with RabbitMQ(tmp_path / "broker") as broker:
        async with standing(cassandra_url, broker.url()) as stand:
            load = Load(stand.urls)
            async with load.flowing():
                await load.accepts(3)
                broker.kill()
                await asyncio.to_thread(broker.start)
                await load.accepts(3)
            verdict = await judge(load, stand.urls[0], stand.viewers)
            assert verdict.kept, verdict
            assert load.refused > 0, "while the broker was away nothing was promised"


async def test_services_that_come_late_are_waited_for(tmp_path: Path) -> None:
    """Started with nothing to connect to; /readyz says what is missing, and heals by itself."""
    rabbit, cassandra = RabbitMQ(tmp_path / "rabbit"), Cassandra(tmp_path / "cassandra")
    store, bus, port = cassandra.url("herenow"), rabbit.url(), free_port()
    async with (
        process("serve", "--port", str(port), store=store, bus=bus, wait=False) as server,
        process("record", store=store, bus=bus, wait=False) as recorder,
        process("serve", "--port", "0", store=store, bus=bus, wait=False) as impatient,
        process("record", store=store, bus=bus, wait=False) as impatient_recorder,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE) as client,
    ):
        await saying(client, "cannot reach RabbitMQ at 127.0.0.1")
        assert (await client.post("/api/positions", json=fix())).status_code == 503
        assert await first_beat(port) == "ping", "no counts of a fleet that was never loaded"
        await until(lambda: all("waiting" in one.output() for one in (impatient, impatient_recorder)))
        assert await impatient.stop() == await impatient_recorder.stop() == 0, "SIGTERM ends those that wait"
        with launched(rabbit), launched(cassandra):
            rabbit.wait_until_up()
            cassandra.wait_until_up()
            await make_schema(store, bus)
            await server.wait_until_ready()
            await recorder.wait_until_ready()
            assert await first_beat(port) == "stats"
            assert (await client.post("/api/positions", json=fix())).status_code == 200
            assert (await recorder.stop(), await server.stop()) == (0, 0)
    assert "Traceback" not in server.output() + recorder.output()


async def first_beat(port: int) -> str:
    """The first message to a viewer that is not about positions."""
    address, protocol = f"ws://127.0.0.1:{port}/ws/locations", Subprotocol("herenow.json.v1")
    async with asyncio.timeout(PATIENCE), connect(address, subprotocols=[protocol]) as socket:
        await socket.send(json.dumps({"type": "view", "bbox": [0, 0, 1, 1], "zoom": 5}))
        async for message in socket:
            if (kind := str(json.loads(message)["type"])) not in ("snapshot", "update"):
                return kind
    raise AssertionError("the socket ended")


def fix() -> dict[str, object]:
    return {"device_id": "first", "time": time.time_ns() // 1_000_000, "latitude": 60.0, "longitude": 25.0}


async def saying(client: httpx.AsyncClient, reason: str) -> None:
    """Until /readyz gives it as a reason."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if reason in (await client.get("/readyz")).text:
                    return
            await asyncio.sleep(0.05)
