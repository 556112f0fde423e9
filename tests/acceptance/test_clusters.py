"""Three nodes of RabbitMQ and three of Cassandra; one of each dies under load."""

import asyncio
from pathlib import Path

import httpx

from tests.promises import Load, judge
from tests.services.cassandra import cassandra_cluster
from tests.services.rabbitmq import rabbitmq_cluster
from tests.standing import standing


async def test_a_node_of_each_cluster_dies_and_nothing_that_was_accepted_is_lost(tmp_path: Path) -> None:
    with rabbitmq_cluster(tmp_path / "rabbit", 3) as brokers, cassandra_cluster(tmp_path / "cassandra", 3) as databases:
        bus = f"amqp://guest:guest@{','.join(f'127.0.0.1:{node.port}' for node in brokers)}/"
        hosts = ",".join(node.address for node in databases)
        store = f"cassandra://{hosts}:{databases[0].port}/herenow?replication=3"
        async with standing(store, bus) as stand:
            load = Load(stand.urls, rate=1000)
            async with load.flowing():
                await asyncio.sleep(3)
                brokers[0].kill()
                await asyncio.sleep(3)
                databases[0].kill()
                await asyncio.sleep(10)
            verdict = await judge(load, stand.urls[0], stand.viewers, 90)
            assert verdict.kept, verdict
            for url in stand.urls:
                async with httpx.AsyncClient(base_url=url) as client:
                    assert (await client.get("/readyz")).json() == {"status": "ready"}
