"""The live socket of a real server."""

import asyncio
import json
import random
import time
from collections import Counter
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.support.messages import until
from tests.support.patience import PATIENCE
from tests.support.server import Server

V1 = Subprotocol("herenow.json.v1")


async def report(server: Server, device_id: str, longitude: float, latitude: float, **more: object) -> None:
    now = time.time_ns() // 1_000_000
    body = {"device_id": device_id, "time": now, "latitude": latitude, "longitude": longitude}
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        answer = await client.post(f"{server.url}/api/positions", json=body | more)
        assert answer.status_code == 200, answer.text
        async with asyncio.timeout(PATIENCE):  # the fleet follows the store by a tick
            while (await newest(client, server, device_id)) < now:
                pass


async def newest(client: httpx.AsyncClient, server: Server, device_id: str) -> int:
    answer = await client.get(f"{server.url}/api/devices/{quote(device_id, safe='')}")
    return int(answer.json()["position"]["time"]) if answer.status_code == 200 else 0


async def look(socket: ClientConnection, *bbox: float) -> dict[str, Any]:
    await socket.send(json.dumps({"type": "view", "bbox": bbox, "zoom": 10}))
    return await until(socket, "snapshot")


async def test_a_view_is_answered_by_a_snapshot_then_by_updates(server: Server) -> None:
    await report(server, "live-1", 100.5, 10.5)
    async with connect(server.live_url, subprotocols=[V1]) as socket:
        snapshot = await look(socket, 100, 10, 101, 11)
        assert [position["device_id"] for position in snapshot["positions"]] == ["live-1"]
        await report(server, "live-1", 100.6, 10.6, speed=3.0)
        update = await until(socket, "update")
        position = update["positions"][-1]
        assert (position["longitude"], position["latitude"], position["status"]) == (100.6, 10.6, "moving")
        assert update["seq"] > snapshot["seq"]


async def test_a_viewer_learns_when_a_device_leaves_and_nothing_of_the_rest(server: Server) -> None:
    await report(server, "live-2", 110.5, 10.5)
    async with connect(server.live_url, subprotocols=[V1]) as socket:
        await look(socket, 110, 10, 111, 11)
        await report(server, "live-elsewhere", 10.0, 10.0)
        await report(server, "live-2", 112.0, 10.5)
        update = await until(socket, "update")
        assert {(position["device_id"], position["longitude"]) for position in update["positions"]} == {
            ("live-2", 112.0)
        }


async def test_named_devices_can_be_looked_at_wherever_they_are(server: Server) -> None:
    await report(server, "live-3", 120.5, 10.5)
    async with connect(server.live_url, subprotocols=[V1]) as socket:
        await socket.send(json.dumps({"type": "view", "devices": ["live-3", "nobody"]}))
        snapshot = await until(socket, "snapshot")
        assert [position["device_id"] for position in snapshot["positions"]] == ["live-3"]


async def test_every_new_position_of_a_named_device_is_sent_though_they_come_shuffled(server: Server) -> None:
    """In one request and in many: `time` says in which order they are."""
    await report(server, "live-shuffled", 120.5, 10.5)
    now = time.time_ns() // 1_000_000
    times = [now - 1_000 * n for n in range(1, 301)]
    random.Random(3).shuffle(times)
    batches = [times[:200], *([one] for one in times[200:])]
    async with connect(server.live_url, subprotocols=[V1]) as socket:
        await socket.send(json.dumps({"type": "view", "devices": ["live-shuffled"]}))
        await until(socket, "snapshot")
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            for batch in batches:
                body = [
                    {"device_id": "live-shuffled", "time": one, "latitude": 10.5, "longitude": 120.5} for one in batch
                ]
                answer = await client.post(f"{server.url}/api/positions", json=body)
                assert answer.json()["accepted"] == len(batch)
        counts: Counter[int] = Counter()
        while not counts.keys() >= {*times}:
            counts.update(one["timestamp"] for one in (await until(socket, "update"))["positions"])
        assert {counts[time] for time in times if time != max(times)} == {1}, "each once; the newest also as it reports"


async def test_stats_come_by_themselves(server: Server) -> None:
    async with connect(server.live_url, subprotocols=[V1]) as socket:
        await look(socket, 0, 0, 1, 1)
        stats = await until(socket, "stats")
        assert stats["devices"] == sum(stats["by_status"].values())


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("hello", "expected"),
        ('{"type":"look"}', "type: expected view or report or command or ack, got 'look'"),
        ('{"type":"view"}', "either bbox or devices"),
        ('{"type":"view","bbox":[1,2,3]}', "view.bbox: expected four numbers"),
        ('{"type":"view","bbox":[1,9,3,4]}', "south"),
        ('{"type":"view","bbox":"here"}', "bbox"),
        ('{"type":"view","bbox":[1,2,3,4],"devices":["a"]}', "either bbox or devices"),
        ('{"type":"view","devices":' + json.dumps(["a"] * 101) + "}", "devices"),
        ("[" * 1000, "expected"),
    ],
)
async def test_a_view_of_the_wrong_shape_is_explained_and_changes_nothing(
    server: Server, message: str, says: str
) -> None:
    await report(server, "live-4", 130.5, 10.5)
    async with connect(server.live_url, subprotocols=[V1]) as socket:
        await look(socket, 130, 10, 131, 11)
        await socket.send(message)
        assert says in (await until(socket, "error"))["detail"]
        await report(server, "live-4", 130.6, 10.6)
        assert (await until(socket, "update"))["positions"][0]["longitude"] == 130.6


async def test_who_is_never_understood_is_closed_with_the_documented_code(server: Server) -> None:
    async with connect(server.live_url, subprotocols=[V1]) as socket:
        for _ in range(10):
            await socket.send("rubbish")
        with pytest.raises(websockets.ConnectionClosedError):
            await until(socket, "never")
        assert socket.close_code == 4400


async def test_a_message_too_large_is_closed_with_1009(server: Server) -> None:
    async with connect(server.live_url, subprotocols=[V1]) as socket:
        await socket.send("x" * (64 * 1024 + 1))
        with pytest.raises(websockets.ConnectionClosedError):
            await until(socket, "never")
        assert socket.close_code == 1009


async def test_an_unknown_subprotocol_is_refused_by_a_problem_that_names_the_known(server: Server) -> None:
    with pytest.raises(websockets.InvalidStatus) as caught:
        await connect(server.live_url, subprotocols=[Subprotocol("mqtt")])
    assert caught.value.response.status_code == 400
    problem = json.loads(caught.value.response.body or b"")
    assert "herenow.json.v1" in problem["detail"]
    assert "mqtt" in problem["detail"]


async def test_the_articles_wire_is_one_bare_frame_a_position(server: Server) -> None:
    await report(server, "article-1", 1.0, 2.0)
    async with connect(server.live_url) as socket, asyncio.timeout(PATIENCE):
        seen: dict[str, dict[str, Any]] = {}
        while "article-1" not in seen:
            message = json.loads(await socket.recv())
            seen[message["device_id"]] = message
        assert set(seen["article-1"]) == {"type", "device_id", "timestamp", "latitude", "longitude"}
        assert seen["article-1"]["type"] == "location_update"
        await report(server, "article-1", 1.5, 2.5)
        while seen["article-1"]["longitude"] != 1.5:
            message = json.loads(await socket.recv())
            seen[message["device_id"]] = message


async def test_messages_of_a_client_on_the_articles_wire_are_ignored(server: Server) -> None:
    async with connect(server.live_url) as socket:
        for n in range(20):
            await socket.send(f"keepalive {n}")
        await report(server, "article-2", 3.0, 4.0)
        async with asyncio.timeout(PATIENCE):
            while (message := json.loads(await socket.recv()))["device_id"] != "article-2":
                assert message["type"] == "location_update"


async def test_a_page_from_elsewhere_gets_no_socket(server: Server) -> None:
    with pytest.raises(websockets.InvalidStatus) as caught:
        await connect(server.live_url, subprotocols=[V1], origin=Origin("http://elsewhere.example"))
    assert caught.value.response.status_code == 403


async def test_a_viewer_that_left_is_forgotten(server: Server) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        before = (await client.get(f"{server.url}/api/stats")).json()["viewers"]
        async with connect(server.live_url, subprotocols=[V1]) as socket:
            await look(socket, 0, 0, 1, 1)
            assert (await client.get(f"{server.url}/api/stats")).json()["viewers"] == before + 1
        async with asyncio.timeout(PATIENCE):
            while (await client.get(f"{server.url}/api/stats")).json()["viewers"] != before:
                pass  # each question takes its time
