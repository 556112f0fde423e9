"""Commands to devices that are connected: to this server, to another one, or to none."""

import asyncio
import contextlib
import json
import time
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from herenow.bus.port import Note
from herenow.errors import Busy
from herenow.live import device_commands
from herenow.live.device_commands import Ack, DeviceCommands
from tests.support.messages import until
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.processes import make_schema, process
from tests.support.server import Server

V1 = Subprotocol("herenow.json.v1")


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def report(socket: ClientConnection, device_id: str) -> None:
    """From here on its commands come to this socket."""
    position = {"device_id": device_id, "time": time.time_ns() // 1_000_000, "latitude": 1.0, "longitude": 2.0}
    await say(socket, type="report", id=1, positions=[position])
    assert (await until(socket, "receipt"))["accepted"] == 1


async def obey(socket: ClientConnection, *, ok: bool = True) -> None:
    """Answers commands with their own text."""
    with contextlib.suppress(websockets.ConnectionClosed):
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "command":
                await say(socket, type="ack", id=message["id"], ok=ok, detail=json.dumps(message["command"]))


@contextlib.asynccontextmanager
async def device(url: str, device_id: str, *, ok: bool = True) -> Any:
    async with connect(url.replace("http", "ws", 1) + "/ws/locations", subprotocols=[V1]) as socket:
        await report(socket, device_id)
        obeying = asyncio.create_task(obey(socket, ok=ok))
        yield socket
        obeying.cancel()


async def post(url: str, device_id: str, command: object) -> httpx.Response:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        return await client.post(f"{url}/api/devices/{quote(device_id, safe='')}/commands", json={"command": command})


async def test_a_command_over_http_reaches_the_device_and_its_answer_comes_back(server: Server) -> None:
    async with device(server.url, "obeys/1"):
        answer = await post(server.url, "obeys/1", {"blink": 3})
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"device_id": "obeys/1", "ok": True, "detail": '{"blink": 3}'}


async def test_a_command_over_a_socket_is_answered_with_the_id_of_its_message(server: Server) -> None:
    async with device(server.url, "obeys-2", ok=False), connect(server.live_url, subprotocols=[V1]) as asker:
        await say(asker, type="command", id="mine", device_id="obeys-2", command="stop")
        ack = await until(asker, "ack")
        assert ack == {"type": "ack", "id": "mine", "device_id": "obeys-2", "ok": False, "detail": '"stop"'}


async def test_the_socket_that_reported_last_gets_the_commands_until_it_leaves(server: Server) -> None:
    async with device(server.url, "obeys-3", ok=False):
        async with device(server.url, "obeys-3"):
            assert (await post(server.url, "obeys-3", 1)).json()["ok"] is True
        assert (await post(server.url, "obeys-3", 1)).json()["ok"] is False


async def test_what_is_no_command_is_refused_in_words(server: Server) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        url = f"{server.url}/api/devices/nobody/commands"
        for body, status in (("{", 400), ("{}", 400), (json.dumps({"command": "x" * 17_000}), 413)):
            answer = await client.post(url, content=body)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


async def test_a_device_on_another_server_is_reached_as_well(cassandra_url: str, amqp_url: str) -> None:
    await make_schema(cassandra_url, amqp_url)
    ports = [free_port(), free_port()]
    urls = [f"http://127.0.0.1:{port}" for port in ports]
    async with contextlib.AsyncExitStack() as stack:
        starts = [("serve", "--port", str(port)) for port in ports] + [("record",)]
        await asyncio.gather(
            *(stack.enter_async_context(process(*start, store=cassandra_url, bus=amqp_url)) for start in starts)
        )
        await stack.enter_async_context(device(urls[0], "far"))
        for url in urls:
            answer = await post(url, "far", {"to": url})
            assert answer.status_code == 200, answer.text
            assert json.loads(answer.json()["detail"]) == {"to": url}


async def test_an_absent_or_silent_device_is_reported_and_a_late_answer_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(device_commands, "ANSWER_WITHIN", 0.05)
    relayed: list[Note] = []

    async def relay(note: Note) -> bool:
        relayed.append(note)
        return True

    here, delivered = DeviceCommands("e", relay), list[bytes]()
    raw = msgspec.Raw(b"1")
    assert (await here.send("absent", raw)).ok is False
    assert len(relayed) == 1
    deliver = delivered.append
    await here.connect("silent", deliver)
    assert (await here.send("silent", raw)).ok is False
    number = json.loads(delivered[0])["id"]
    await here.answered(Ack(ok=True, id="never requested"), deliver)
    assert len(relayed) == 2, "the absent one, and that the silent one is here"
    await here.answered(Ack(ok=True, id=number), deliver)
    assert len(relayed) == 3, "the requester may be another hub"
    monkeypatch.setattr(device_commands, "MOST_WAITING", 0)
    with pytest.raises(Busy):
        await here.send("silent", raw)


class Hubs:
    """Two that relay to each other, and hear themselves, as over RabbitMQ; each note comes twice."""

    def __init__(self) -> None:
        self.both = [DeviceCommands(name, self._relay) for name in ("one", "two")]

    async def _relay(self, note: Note) -> bool:
        for _ in range(2):
            for hub in self.both:
                hub.on_note(note)
        return True


async def test_a_device_that_changed_the_hub_is_found_where_it_is_and_obeys_once() -> None:
    one, two = Hubs().both
    before, after = list[bytes](), list[bytes]()
    left, came = before.append, after.append
    await one.connect("moves", left)
    await two.connect("moves", came)
    sending = asyncio.create_task(one.send("moves", msgspec.Raw(b"1")))
    async with asyncio.timeout(PATIENCE):
        while not after:  # noqa: ASYNC110 - one turn of the loop or two
            await asyncio.sleep(0)
    number = json.loads(after[0])["id"]
    await one.answered(Ack(ok=True, detail="forged", id=number), left)
    await two.answered(Ack(ok=True, detail="mine", id=number), came)
    assert (await sending).detail == "mine"
    assert (len(before), len(after)) == (0, 1)


async def test_a_note_that_nobody_could_mean_is_passed_over() -> None:
    one, _ = Hubs().both
    for content in (b"{", b"[]", b'{"type":"newer"}', b"\xff", b'{"type":"command","id":"' + b"[" * 60_000):
        one.on_note(Note(content))


async def test_who_waits_when_the_server_stops_is_answered() -> None:
    one, _ = Hubs().both
    await one.connect("silent", list[bytes]().append)
    sending = asyncio.create_task(one.send("silent", msgspec.Raw(b"1")))
    await asyncio.sleep(0)
    one.close()
    assert await sending is device_commands.STOPPING


async def test_of_two_sockets_that_report_for_a_device_the_last_to_report_gets_its_commands(server: Server) -> None:
    async with (
        connect(server.live_url, subprotocols=[V1]) as first,
        connect(server.live_url, subprotocols=[V1]) as second,
    ):
        for socket in (first, second, first):
            await report(socket, "both")
        asking = asyncio.create_task(post(server.url, "both", 1))
        number = (await until(first, "command"))["id"]
        await say(first, type="ack", id=number)
        assert (await asking).json()["ok"] is True


async def test_a_command_that_is_no_text_is_refused(server: Server) -> None:
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        answer = await client.post(f"{server.url}/api/devices/nobody/commands", content=b'{"command":"\xff"}')
        assert answer.status_code == 400
