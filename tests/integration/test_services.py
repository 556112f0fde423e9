"""The servers that other tests rely on are real ones, and fail as real ones do."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.services.cassandra import Cassandra, GivenCassandra, cassandra_cluster
from tests.services.rabbitmq import GivenRabbitMQ, RabbitMQ, rabbitmq_cluster
from tests.services.service import Service, ServiceFailed, answers
from tests.support.dose import CLUSTERS, long
from tests.support.patience import PATIENCE
from tests.support.ports import free_port, taken
from tests.support.server import wait_for


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with RabbitMQ(tmp_path_factory.mktemp("broker")) as node:
        yield node


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cassandra]:
    with Cassandra(tmp_path_factory.mktemp("database"), authenticator=True) as node:
        yield node


def test_rabbitmq_is_one_that_our_queues_work_on(broker: RabbitMQ) -> None:
    major, minor = broker.ctl("eval", "rabbit:product_version().").strip('"').split(".")[:2]
    assert (int(major), int(minor)) >= (3, 10)


def test_a_command_that_rabbitmq_refuses_says_why(broker: RabbitMQ) -> None:
    with pytest.raises(ServiceFailed, match=r"nobody.+ does not exist"):
        broker.ctl("delete_user", "nobody")


def test_a_paused_server_takes_connections_and_answers_none(broker: RabbitMQ, database: Cassandra) -> None:
    services: tuple[Service, ...] = broker, database
    for service in services:
        service.pause()
        with pytest.raises(TimeoutError):
            service.serves()
        service.resume()
        service.wait_until_up()


def test_what_rabbitmq_confirmed_survives_a_kill_and_a_restart(broker: RabbitMQ) -> None:
    broker.ctl("add_user", "someone", "secret")
    broker.kill()
    assert broker.pid is None
    broker.start()
    broker.restart()
    assert "someone" in broker.ctl("list_users")


def test_cassandra_takes_its_password_and_no_other(database: Cassandra) -> None:
    assert b"5.0." in database.execute("SELECT release_version FROM system.local")
    database.login = ("cassandra", "wrong")
    with pytest.raises(OSError, match="password are incorrect"):
        database.execute("SELECT key FROM system.local")
    database.login = ("cassandra", "cassandra")


def test_what_cassandra_answered_survives_a_kill_and_a_restart(database: Cassandra) -> None:
    database.execute("CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}")
    database.execute("CREATE TABLE k.t (name text PRIMARY KEY)")
    database.execute("INSERT INTO k.t (name) VALUES ('something')")
    database.kill()
    assert database.pid is None
    database.start()
    database.restart()
    assert b"something" in database.execute("SELECT name FROM k.t")


def test_a_port_that_another_has_is_refused(tmp_path: Path, broker: RabbitMQ) -> None:
    with pytest.raises(ServiceFailed, match=f"Port {broker.port} is taken"), RabbitMQ(tmp_path, broker.port):
        pass


def test_a_server_that_cannot_start_shows_its_output(tmp_path: Path) -> None:
    with pytest.raises(ServiceFailed, match="Invalid initial heap size"), Cassandra(tmp_path, heap="much"):
        pass


def test_a_server_ends_with_whoever_started_it_even_if_that_was_killed(tmp_path: Path) -> None:
    start = (
        "import time, pathlib; from tests.services.rabbitmq import NameServer;"
        f"names = NameServer(pathlib.Path({str(tmp_path)!r})); names.start();"
        "print(names.port, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", start], stdout=subprocess.PIPE) as starter:
        assert starter.stdout
        port = int(starter.stdout.readline())
        assert taken("127.0.0.1", port)
        starter.kill()
    wait_for(lambda: not taken("127.0.0.1", port))


@long
@pytest.mark.skipif("RabbitMQ" not in CLUSTERS, reason="the seed draws the other cluster")
def test_two_rabbitmq_nodes_are_one_and_take_a_third(tmp_path: Path) -> None:
    with rabbitmq_cluster(tmp_path, 2) as nodes:
        nodes[0].ctl("add_user", "someone", "secret")
        nodes[0].kill()
        assert "someone" in nodes[1].ctl("list_users")
        with RabbitMQ(tmp_path / "late", name="late", names=nodes[0].names) as late:
            late.join(nodes[1])
            assert "someone" in late.ctl("list_users")


@long
@pytest.mark.skipif("Cassandra" not in CLUSTERS, reason="the seed draws the other cluster")
def test_three_cassandra_nodes_are_one(tmp_path: Path) -> None:
    with cassandra_cluster(tmp_path, 3) as nodes:
        nodes[0].execute("CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 3}")
        nodes[0].execute("CREATE TABLE k.t (name text PRIMARY KEY)")
        wait_for(lambda: answers(lambda: nodes[1].execute("INSERT INTO k.t (name) VALUES ('something')", 3)))
        nodes[0].kill()
        assert b"something" in nodes[2].execute("SELECT name FROM k.t WHERE name = 'something'", 2)
        nodes[0].start()
        nodes[0].wait_until_together(3)


def test_each_test_has_a_vhost_and_a_keyspace_of_its_own(
    amqp_url: str, cassandra_url: str, rabbitmq: RabbitMQ | GivenRabbitMQ, cassandra: Cassandra | GivenCassandra
) -> None:
    vhosts = httpx.get(f"{rabbitmq.management}/api/vhosts", auth=rabbitmq.login, timeout=PATIENCE).json()
    assert amqp_url.rpartition("/")[2] in {vhost["name"] for vhost in vhosts}
    keyspace = cassandra_url.rpartition("/")[2].partition("?")[0]
    cassandra.execute(
        f"CREATE KEYSPACE {keyspace} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"
    )


def test_a_free_port_is_free_on_every_address() -> None:
    addresses = ["127.0.0.1", "127.0.0.2"]
    assert 1024 < free_port(*addresses) < 65536
