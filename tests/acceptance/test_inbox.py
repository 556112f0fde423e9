"""Devices that publish to RabbitMQ by themselves, as the article's simulator does, and its client beside it."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from websockets.asyncio.client import ClientConnection, connect

from tests.support.patience import PATIENCE
from tests.support.server import Server, running, wait_for

QUEUE = "location_data_queue"


@pytest.fixture
def server(amqp_url: str, tmp_path: Path) -> Iterator[Server]:
    command = [sys.executable, "-m", "herenow", "schema", "--bus", amqp_url]
    subprocess.run(command, check=True, timeout=PATIENCE)
    with running(tmp_path / "positions.db", "--bus", amqp_url) as started:
        yield started


@contextmanager
def channel_of(amqp_url: str) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(amqp_url))
    yield connection.channel()
    connection.close()


def simulator_sends(amqp_url: str, body: bytes) -> None:
    """A connection a message, into a queue that it makes itself."""
    with channel_of(amqp_url) as channel:
        channel.queue_declare(queue=QUEUE, durable=True)
        kept = pika.BasicProperties(delivery_mode=2)
        channel.basic_publish(exchange="", routing_key=QUEUE, body=body, properties=kept)


def location(device_id: str, seconds: int) -> bytes:
    return json.dumps({"device_id": device_id, "timestamp": seconds, "latitude": 39.9, "longitude": 32.7}).encode()


def dead(amqp_url: str) -> tuple[bytes, dict[str, Any]]:
    """The message that was set aside, with its headers."""
    with channel_of(amqp_url) as channel:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            method, properties, body = channel.basic_get("herenow.dead", auto_ack=True)
            if method and properties and body is not None:
                return body, dict(properties.headers or {})
            time.sleep(0.05)
    raise AssertionError("nothing was set aside")


async def hear(viewer: ClientConnection, devices: set[str]) -> dict[str, Any]:
    """What a viewer receives of these devices, once it has received all of them."""
    received: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE):
        while received.keys() != devices:
            message = json.loads(await viewer.recv())
            received[message["device_id"]] = message
    return received


async def test_what_the_articles_simulator_publishes_is_stored_shown_and_found(server: Server, amqp_url: str) -> None:
    now, devices = int(time.time()), {f"dev00{n}" for n in range(1, 6)}
    async with connect(server.live_url) as viewer:
        for device_id in devices:
            await asyncio.to_thread(simulator_sends, amqp_url, location(device_id, now))
        received = await hear(viewer, devices)
    expected = {"type": "location_update", "timestamp": now * 1000, "latitude": 39.9, "longitude": 32.7}
    assert received == {device_id: {"device_id": device_id, **expected} for device_id in devices}

    assert known(server) == {(device_id, now * 1000) for device_id in devices}
    moment = datetime.fromtimestamp(now, UTC)
    assert history(server, moment) == {(device_id, moment) for device_id in devices}


def known(server: Server) -> set[tuple[str, int]]:
    devices = httpx.get(f"{server.url}/api/devices", timeout=PATIENCE).json()["devices"]
    return {(device["device_id"], device["position"]["time"]) for device in devices}


def history(server: Server, moment: datetime) -> set[tuple[str, datetime]]:
    """What its client asks for when it loads."""
    query = f"date={moment.date()}&start=1970-01-21T00:00:00&end=2026-02-04T23:59:59"
    locations = httpx.get(f"{server.url}/devices-in-range?{query}", timeout=PATIENCE).json()
    return {(location["device_id"], datetime.fromisoformat(location["timestamp"])) for location in locations}


def test_a_message_that_is_no_position_is_set_aside_with_its_reason_and_blocks_nothing(
    server: Server, amqp_url: str
) -> None:
    simulator_sends(amqp_url, b"hello")
    simulator_sends(amqp_url, location("after", int(time.time())))
    wait_for(lambda: httpx.get(f"{server.url}/api/devices/after", timeout=PATIENCE).status_code == 200)
    body, headers = dead(amqp_url)
    assert body == b"hello"
    assert "as JSON" in headers["reason"]
    assert headers["queue"] == QUEUE


def test_what_waited_while_no_server_ran_is_stored_when_one_does(amqp_url: str, tmp_path: Path) -> None:
    simulator_sends(amqp_url, location("waited", int(time.time())))
    command = [sys.executable, "-m", "herenow", "schema", "--bus", amqp_url]
    subprocess.run(command, check=True, timeout=PATIENCE)
    with running(tmp_path / "positions.db", "--bus", amqp_url) as server:
        wait_for(lambda: httpx.get(f"{server.url}/api/devices/waited", timeout=PATIENCE).status_code == 200)
