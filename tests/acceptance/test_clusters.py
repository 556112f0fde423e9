"""A cluster of three nodes, of RabbitMQ and of Cassandra, one of which dies under load."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.services.cassandra import cassandra_cluster
from tests.services.rabbitmq import rabbitmq_cluster
from tests.services.service import Service
from tests.support.cluster import standing
from tests.support.delivery_checker import Load, judge
from tests.support.dose import CLUSTERS, long
from tests.support.patience import PATIENCE


@contextmanager
def rabbitmq_nodes(folder: Path) -> Iterator[tuple[str, Service]]:
    with rabbitmq_cluster(folder, 3) as nodes:
        yield f"amqp://guest:guest@{','.join(f'127.0.0.1:{node.port}' for node in nodes)}/", nodes[0]


@contextmanager
def cassandra_nodes(folder: Path) -> Iterator[tuple[str, Service]]:
    with cassandra_cluster(folder, 3) as nodes:
        hosts = ",".join(node.address for node in nodes)
        yield f"cassandra://{hosts}:{nodes[0].port}/herenow?replication=3", nodes[0]


@long
@pytest.mark.parametrize("cluster", CLUSTERS)
async def test_a_node_of_a_cluster_dies_and_nothing_that_was_accepted_is_lost(
    cluster: str, cassandra_url: str, amqp_url: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        store, bus = cassandra_url, amqp_url
        if cluster == "RabbitMQ":
            bus, dies = stack.enter_context(rabbitmq_nodes(tmp_path))
        else:
            store, dies = stack.enter_context(cassandra_nodes(tmp_path))
        async with standing(store, bus) as stand:
            load = Load(stand.urls)
            async with load.flowing():
                await load.accepts(2)
                dies.kill()
                await load.accepts(5)
            verdict = await judge(load, stand.urls[0], stand.viewers)
            assert verdict.kept, verdict
            for url in stand.urls:
                async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
                    assert (await client.get("/readyz")).json() == {"status": "ready"}
