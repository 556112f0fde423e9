"""Connections of HTTP and WebSockets: how they are opened, and how long they last."""

import asyncio
import base64
import contextlib
import http.client
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from herenow.run.server import KEEP_ALIVE
from tests.support.crowd import CLOSE, PING, TEXT, Frames
from tests.support.patience import PATIENCE
from tests.support.server import Server, running
from tests.support.sockets import WIRES, WORLD, fix, open_wire

LINES = {"Upgrade: websocket", "Connection: Upgrade"}
# RFC 9110, 5.3 and 7.8: lines of one name are one list; RFC 6455, 4.2.1: it has to hold `websocket`, in any case.
VALID = [
    ["Upgrade: websocket", "Connection: keep-alive", "Connection: Upgrade"],
    ["Upgrade: websocket", "Connection: Upgrade", "Connection: keep-alive"],
    ["Upgrade: h2c, websocket", "Connection: Upgrade"],
    ["Upgrade: h2c", "Upgrade: websocket", "Connection: keep-alive, Upgrade"],
    ["Upgrade: websocket ", "Connection: Upgrade"],
    ["Upgrade: websocket", "Connection: Upgrade \t"],
    ["Upgrade: ,WebSocket,", "Connection: upgrade"],
]


async def shake_hands(server: Server, *lines: str) -> str:
    """The status line and the head of the answer."""
    parts = urlsplit(server.url)
    key = base64.b64encode(os.urandom(16)).decode()
    fixed = ["GET /ws/locations HTTP/1.1", f"Host: {parts.netloc}", "Sec-WebSocket-Version: 13"]
    head = [*fixed, f"Sec-WebSocket-Key: {key}", f"Sec-WebSocket-Protocol: {WIRES[0]}", *lines, "", ""]
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write("\r\n".join(head).encode())
        async with asyncio.timeout(PATIENCE):
            return (await reader.readuntil(b"\r\n\r\n")).decode()
    finally:
        await closed(writer)


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


@pytest.mark.parametrize("lines", VALID)
async def test_each_valid_handshake_is_accepted(server: Server, lines: list[str]) -> None:
    answer = await shake_hands(server, *lines)
    assert answer.startswith("HTTP/1.1 101 "), answer
    assert "\r\nupgrade: websocket\r\n" in answer.lower()


@pytest.mark.parametrize("lines", [["Upgrade: websocket"], ["Upgrade: websockets", "Connection: Upgrade"]])
async def test_what_is_no_handshake_opens_no_socket(server: Server, lines: list[str]) -> None:
    assert (await shake_hands(server, *lines)).startswith("HTTP/1.1 4")


@pytest.fixture
def pinging(tmp_path: Path) -> Iterator[Server]:
    """Pings each tenth of a second, not each 25 s."""
    constants = {"herenow.api.live.websocket.BEAT": 0.1, "herenow.api.live.websocket.PING_FRAME_EVERY": 1}
    with running(tmp_path / "positions.db", constants=constants) as server:
        yield server


async def test_a_device_that_only_reports_is_pinged(pinging: Server) -> None:
    async with open_wire(pinging) as wire:
        wire.say(type="report", id=1, positions=[fix("quiet", 1.0, 2.0)])
        received = [await wire.next() for _ in range(4)]
    assert [content for opcode, content in received if opcode == PING] == [b""] * 3
    assert len([opcode for opcode, _ in received if opcode == TEXT]) == 1


async def test_a_viewer_of_the_article_s_wire_is_pinged(pinging: Server) -> None:
    frames, pinged = Frames(), 0
    parts = urlsplit(pinging.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    key = base64.b64encode(os.urandom(16)).decode()
    head = [f"Host: {parts.netloc}", *sorted(LINES), "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}", "", ""]
    writer.write("\r\n".join(["GET /ws/locations HTTP/1.1", *head]).encode())
    async with asyncio.timeout(PATIENCE):
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        while pinged < 3:
            pinged += sum(opcode == PING for opcode, _ in frames.feed(await reader.read(4096)))
    await closed(writer)


async def test_a_viewer_that_receives_enough_is_pinged_as_well_and_stays(pinging: Server) -> None:
    async with open_wire(pinging) as wire:
        wire.say(type="view", id=1, bbox=WORLD)
        opcodes = [(await wire.next())[0] for _ in range(30)]
    assert opcodes.count(PING) > 3
    assert CLOSE not in opcodes


async def test_a_stream_of_events_is_sent_comments(pinging: Server) -> None:
    parts = urlsplit(pinging.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(f"GET /live/sse?devices=none HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
    received = b""
    async with asyncio.timeout(PATIENCE):
        while received.count(b"\n:\n\n") < 3:
            received += await reader.read(4096)
    await closed(writer)


def test_a_connection_rests_longer_than_trackers_pause(server: Server) -> None:
    documented = (Path(__file__).parent.parent.parent / "docs" / "protocol.md").read_text()
    assert re.search(r"A connection may rest for (\d+) s between two requests", documented)[1] == str(KEEP_ALIVE)  # type: ignore[index] # it is there
    with contextlib.closing(http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        at_first = connection.sock
        time.sleep(6)  # more than servers wait by habit
        connection.request("GET", "/healthz")
        assert connection.getresponse().read()
        assert connection.sock is at_first
