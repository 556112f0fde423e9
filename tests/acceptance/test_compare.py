"""`herenow compare` on real services: its output, what it refuses, and that it leaves nothing behind."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pika
import pytest

from herenow.store.cassandra.session import open_session
from herenow.store.cassandra.url import read_cassandra_url
from tests.support.dose import dose, long
from tests.support.processes import make_schema, process
from tests.support.procfs import arguments, children
from tests.support.server import wait_for, with_constants

ENDS_WITHIN = 300  # s
MOST_VIEWERS = dose(100, full=3200)
SMALL = ("--viewers", "5", "--rate", "4", "--seconds", "1")


def command(store: str, bus: str, *more: str) -> list[str]:
    program = with_constants({"herenow_compare.measure.MOST_VIEWERS": MOST_VIEWERS})
    return [sys.executable, "-c", program, "compare", *SMALL, "--store", store, "--bus", bus, *more]


def compared(store: str, bus: str, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(store, bus, *more), capture_output=True, text=True, timeout=ENDS_WITHIN)


async def _run(store: str, statement: str) -> list[tuple[object, ...]]:
    session = await open_session(read_cassandra_url(store))
    try:
        return await session.run(statement)
    finally:
        await session.close()


def query(store: str, statement: str) -> list[tuple[object, ...]]:
    return asyncio.run(_run(store, statement))


def left(store: str) -> list[object]:
    """The keyspaces of comparisons."""
    rows = query(store, "SELECT keyspace_name FROM system_schema.keyspaces")
    return [row[0] for row in rows if row[0] == f"{read_cassandra_url(store).keyspace}_compare"]


def waiting(bus: str) -> int:
    connection = pika.BlockingConnection(pika.URLParameters(bus))
    channel = connection.channel()
    counts = [
        channel.queue_declare(f"herenow.positions.{shard}", passive=True).method.message_count for shard in range(8)
    ]
    connection.close()
    return sum(count or 0 for count in counts)


def serving(pid: int) -> bool:
    return "serve" in arguments(pid)


@long
def test_both_versions_are_measured_and_nothing_is_left(amqp_url: str, cassandra_url: str, tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    ended = compared(cassandra_url, amqp_url, "--json", str(file))
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert "update latency p99" in ended.stdout
    figures: dict[str, Any] = json.loads(file.read_text())
    for name in ("version_1", "version_2"):
        version = figures[name]
        assert version["latency"]["viewers"] == 5
        assert 0 < version["latency"]["p50_ms"] <= version["latency"]["p99_ms"]
        assert version["ramp"][0]["viewers"] == 50
        assert min(version[key] for key in ("stored_per_second", "bytes_per_viewer_second", "cpu_us_per_position")) > 0
    assert figures["version_2"]["latency"]["p50_ms"] < figures["version_1"]["latency"]["p50_ms"]
    assert (left(cassandra_url), waiting(amqp_url)) == ([], 0)
    assert "guest:guest" not in file.read_text() + ended.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_all_that_it_started(amqp_url: str, cassandra_url: str, number: int) -> None:
    with subprocess.Popen(command(cassandra_url, amqp_url), stderr=subprocess.PIPE, text=True) as running:
        wait_for(lambda: any(map(serving, children(running.pid))))
        started = children(running.pid)
        running.send_signal(number)
        assert running.wait(60) == 130
        assert running.stderr
        assert running.stderr.read() == ""
    assert not any(Path(f"/proc/{pid}").exists() for pid in started)
    assert left(cassandra_url) == []


async def test_a_vhost_where_a_recorder_is_at_work_is_refused(amqp_url: str, cassandra_url: str) -> None:
    await make_schema(cassandra_url, amqp_url)
    async with process("record", store=cassandra_url, bus=amqp_url):
        with refused(compared(cassandra_url, amqp_url)) as line:
            assert "recorder consumes herenow.positions." in line
            assert "rabbitmqctl add_vhost compare" in line
    assert await asyncio.to_thread(left, cassandra_url) == []


def test_a_vhost_where_positions_wait_is_refused_and_they_stay(amqp_url: str, cassandra_url: str) -> None:
    asyncio.run(make_schema("sqlite:///none.db", amqp_url))
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    connection.channel().basic_publish("", "herenow.positions.3", b"not ours")
    connection.close()
    wait_for(lambda: waiting(amqp_url) == 1)
    with refused(compared(cassandra_url, amqp_url)) as line:
        assert "1 messages wait in herenow.positions.3" in line
    assert waiting(amqp_url) == 1


def test_a_keyspace_that_holds_other_devices_is_refused_and_stays(amqp_url: str, cassandra_url: str) -> None:
    beside = cassandra_url.replace("?", "_compare?") if "?" in cassandra_url else f"{cassandra_url}_compare"
    asyncio.run(make_schema(beside, amqp_url))
    keyspace = read_cassandra_url(beside).keyspace
    query(beside, f"INSERT INTO {keyspace}.latest (bucket, device_id) VALUES (1, 'bus-7')")  # noqa: S608 - our own
    try:
        with refused(compared(cassandra_url, amqp_url)) as line:
            assert "'bus-7', which `herenow compare` did not write" in line
        assert left(cassandra_url) == [keyspace]
    finally:
        query(beside, f"DROP KEYSPACE {keyspace}")


@pytest.mark.parametrize(
    ("store", "bus", "error"),
    [
        ("sqlite:///data/herenow.db", "memory://", "make services"),
        ("cassandra://127.0.0.1:9/herenow", "none", "HERENOW_BUS=none"),
        ("cassandra://127.0.0.1:9/herenow", "amqp://127.0.0.1:9/", "cannot reach RabbitMQ"),
    ],
)
def test_unfit_services_are_refused_in_one_line(store: str, bus: str, error: str) -> None:
    with refused(compared(store, bus)) as line:
        assert error in line


@contextmanager
def refused(ended: subprocess.CompletedProcess[str]) -> Iterator[str]:
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr
    yield ended.stderr
