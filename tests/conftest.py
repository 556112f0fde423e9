"""Real RabbitMQ and Cassandra for any test that asks: `make test` starts one of each for all workers; without it, each
process starts its own when the first test asks."""

import os
import signal
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests.services.cassandra import Cassandra, GivenCassandra
from tests.services.rabbitmq import GivenRabbitMQ, RabbitMQ
from tests.support import dose
from tests.support.patience import PATIENCE

# No test is about speed: a busy machine finds no faults.
settings.register_profile(
    "untimed", max_examples=dose.dose(30, full=300), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


def pytest_configure() -> None:
    """Processes that tests start take SIGINT, even where our own parent ignores it, as a shell makes its background
    jobs do: a program inherits that a signal is ignored, but not that it is handled."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Properties have a larger dose, too: more examples."""
    for item in items:
        if item.get_closest_marker("hypothesis"):
            item.add_marker(dose.long)


def pytest_report_header() -> str:
    return dose.report()


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ | GivenRabbitMQ]:
    """Shared by all tests: one that stops or pauses a node starts its own."""
    if given := os.environ.get("HERENOW_TEST_AMQP"):
        yield GivenRabbitMQ(given, os.environ.get("HERENOW_TEST_MANAGEMENT"))
        return
    with RabbitMQ(tmp_path_factory.mktemp("rabbitmq")) as node:
        yield node


@pytest.fixture(scope="session")
def cassandra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cassandra | GivenCassandra]:
    """Shared by all tests: one that stops or pauses a node starts its own."""
    if given := os.environ.get("HERENOW_TEST_CASSANDRA"):
        yield GivenCassandra(given)
        return
    with Cassandra(tmp_path_factory.mktemp("cassandra"), shared=True) as node:
        yield node


@pytest.fixture
def amqp_url(rabbitmq: RabbitMQ | GivenRabbitMQ) -> Iterator[str]:
    """An empty vhost for one test; whoever makes one may do everything there."""
    name = f"test_{uuid4().hex[:12]}"
    vhost = f"{rabbitmq.management}/api/vhosts/{name}"
    httpx.put(vhost, auth=rabbitmq.login, timeout=PATIENCE).raise_for_status()
    yield rabbitmq.url(name)
    httpx.delete(vhost, auth=rabbitmq.login, timeout=PATIENCE).raise_for_status()


@pytest.fixture
def cassandra_url(cassandra: Cassandra | GivenCassandra) -> Iterator[str]:
    """A keyspace for one test, named but not made."""
    keyspace = f"test_{uuid4().hex[:12]}"
    yield cassandra.url(keyspace)
    cassandra.execute(f"DROP KEYSPACE IF EXISTS {keyspace}")
