"""`herenow check` against real parts: what is good is called good, and each fault is named with what to do."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from herenow.bus.rabbitmq import inspection as rabbit
from herenow.bus.rabbitmq.topology import make_queues, shard_queue
from herenow.bus.rabbitmq.url import read_rabbit_url
from herenow.history.queries.storage import Storage
from herenow.model.finding import Finding, Progress
from herenow.run.check import _space
from herenow.run.check_server import check_server
from herenow.store.cassandra import inspection as cassandra_store
from herenow.store.cassandra.store import apply_schema
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.sqlite.inspection import NAMED, inspect
from herenow.store.sqlite.store import SqliteStore
from tests.services.rabbitmq import GivenRabbitMQ, RabbitMQ
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.positions import NOW, position
from tests.support.server import report, running, wait_for_history
from tests.support.sockets import fix
from tests.support.stores import eager_compaction, keep

HOUR = 3_600_000
NO_PROGRESS: Progress = lambda _, __: None  # noqa: E731 - it has a type


def herenow(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "herenow", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def faults(findings: Iterable[Finding], verdict: str = "fault") -> list[str]:
    """Each has words about what to do."""
    found = [one for one in findings if one.verdict == verdict]
    assert all(one.advice for one in found)
    return [one.what for one in found]


async def all_of(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]


async def filled(path: Path, hours: int = 2) -> None:
    """A store whose positions are in blocks, one for each hour."""
    with eager_compaction():
        async with SqliteStore(path) as store:
            for hour in range(hours):
                await keep(store, [position("van 1", NOW - (hours - hour) * HOUR + n * 1000) for n in range(100)])
            end = time.monotonic() + PATIENCE
            while blocks(path) < hours:
                assert time.monotonic() < end


def blocks(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        [(count,)] = connection.execute("SELECT count(*) FROM blocks")
    finally:
        connection.close()
    return int(count)


def change(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_running_system_is_good_and_the_command_ends_with_0(tmp_path: Path) -> None:
    store = tmp_path / "positions.db"
    with running(store) as server:
        assert report(server, fix("a", 25.0, 60.0, time.time_ns() // 1_000_000)).json()["accepted"] == 1
        wait_for_history(server)
        done = herenow("check", "--store", f"sqlite:///{store}", "--server", server.url)
    assert "fault" not in done.stderr, done.stderr
    assert done.returncode == (1 if "warning" in done.stderr else 0)
    for part in ("store:", "disk:", "limits:", "clocks:", "history:", "server: Herenow", "server: WebSockets"):
        assert part in done.stderr


async def test_a_damaged_block_is_named_with_its_device_and_hour(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    await filled(path)
    assert faults(inspect(path, NO_PROGRESS)) == []
    change(path, "UPDATE blocks SET packed = substr(packed, 1, length(packed) / 2) WHERE number = 1")
    [what] = faults(inspect(path, NO_PROGRESS))
    assert "van 1" in what
    assert time.strftime("%Y-%m-%d %H:00 UTC", time.gmtime((NOW - 2 * HOUR) / 1000)) in what
    async with SqliteStore(path) as store:
        assert [device.device_id for device in await store.latest()] == ["van 1"]


async def test_many_damaged_blocks_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    await filled(path, NAMED + 2)
    change(path, "UPDATE blocks SET packed = x'63ff'")
    found = faults(inspect(path, NO_PROGRESS))
    assert len(found) == NAMED + 1
    assert str(NAMED + 2) in found[-1]


async def test_a_damaged_commit_is_named(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    async with SqliteStore(path) as store:
        await keep(store, [position("a", NOW)])
    change(path, "UPDATE recent SET packed = x'00'")
    [what] = faults(inspect(path, NO_PROGRESS))
    assert what.startswith("commit 1 ")


async def test_a_damaged_file_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    await filled(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(bytes(8192))
    assert faults(inspect(path, NO_PROGRESS))
    path.write_bytes(b"no database at all" * 500)
    [what] = faults(inspect(path, NO_PROGRESS))
    assert "cannot be read" in what


async def test_a_store_of_another_version_says_which_herenow_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "positions.db"
    await filled(path)
    for version in (99, 5):
        change(path, f"PRAGMA user_version = {version}")
        [what] = faults(inspect(path, NO_PROGRESS))
        assert f"schema version {version}" in what


def stored(growth: float | None, predicted: float) -> Storage:
    return Storage(1000, 500, 500, {}, predicted, growth)


@pytest.mark.parametrize(
    ("free", "growth", "predicted", "verdict"),
    [
        (10**8, None, 1000, "fault"),
        (10**10, 10**9, 1000, "warning"),
        (10**12, 10**9, 1000, "good"),
        (10**10, None, 10**11, "warning"),
        (10**10, None, 10**9, "good"),
    ],
)
def test_a_disk_that_will_be_full_is_said_before(free: int, growth: float, predicted: float, verdict: str) -> None:
    assert _space(free, Path("/data"), stored(growth, predicted)).verdict == verdict


async def test_no_server_and_a_foreign_one_are_faults_in_words() -> None:
    port = free_port()
    [what] = faults(await check_server(f"http://127.0.0.1:{port}"))
    assert "does not answer" in what
    with HTTPServer(("127.0.0.1", port), BaseHTTPRequestHandler) as foreign:
        thread = threading.Thread(target=foreign.serve_forever)
        thread.start()
        try:
            [what] = faults(await check_server(f"http://127.0.0.1:{port}"))
        finally:
            foreign.shutdown()
            thread.join()
    assert "expected the answer of Herenow" in what


def test_no_address_is_a_wrong_setting(tmp_path: Path) -> None:
    done = herenow("check", "--store", f"sqlite:///{tmp_path}/x.db", "--server", "nonsense")
    assert done.returncode == 2
    assert "expected the address of a server" in done.stderr
    assert "Traceback" not in done.stderr


async def test_rabbitmq_without_queues_with_them_and_with_a_policy_that_drops(
    rabbitmq: RabbitMQ | GivenRabbitMQ, amqp_url: str
) -> None:
    url = read_rabbit_url(amqp_url + "?shards=2")
    [what] = faults(await all_of(rabbit.inspect(url, rabbitmq.management)))
    assert "herenow schema" in what
    await make_queues(url)
    assert faults(await all_of(rabbit.inspect(url, rabbitmq.management))) == []
    other = read_rabbit_url(amqp_url + "?shards=2&shard_mb=7")
    [what] = faults(await all_of(rabbit.inspect(other, rabbitmq.management)))
    assert "other options" in what
    policy = {"pattern": shard_queue(0), "definition": {"message-ttl": 60_000}, "apply-to": "queues"}
    async with httpx.AsyncClient(base_url=rabbitmq.management, auth=rabbitmq.login, timeout=PATIENCE) as client:
        (await client.put(f"/api/policies/{url.vhost}/short", json=policy)).raise_for_status()
    end = time.monotonic() + PATIENCE
    while not (found := faults(await all_of(rabbit.inspect(url, rabbitmq.management)))):  # a policy is applied later
        assert time.monotonic() < end
    assert "message-ttl" in found[0]


async def test_rabbitmq_that_is_away_is_a_fault() -> None:
    [what] = faults(await all_of(rabbit.inspect(read_rabbit_url(f"amqp://127.0.0.1:{free_port()}/"))))
    assert "is it running?" in what


async def test_cassandra_without_tables_with_them_and_away(cassandra_url: str) -> None:
    url = read_cassandra_url(cassandra_url)
    [what] = faults(await all_of(cassandra_store.inspect(url)))
    assert url.keyspace in what
    await apply_schema(url)
    found = await all_of(cassandra_store.inspect(url))
    assert faults(found) == []
    assert any("1 copies on 1 nodes" in one.what for one in found)
    away = read_cassandra_url(f"cassandra://127.0.0.1:{free_port()}/herenow")
    [what] = faults(await all_of(cassandra_store.inspect(away)))
    assert "cannot reach Cassandra" in what
