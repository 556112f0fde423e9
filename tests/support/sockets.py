"""A live socket of a real server, message by message, with a library or without."""

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import quote

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from herenow.wire import binary
from herenow.wire import json as wire
from herenow.wire.json import LivePosition
from tests.support.crowd import CLOSE, TEXT, Frames, frame, handshake
from tests.support.server import Server

WIRES = (wire.SUBPROTOCOL, binary.SUBPROTOCOL)
PATIENCE = 20.0  # s
WORLD = [-180.0, -90.0, 180.0, 90.0]


def now() -> int:
    return time.time_ns() // 1_000_000


def fix(
    device_id: str, longitude: float, latitude: float, time: int | None = None, **more: object
) -> dict[str, object]:
    at = {"device_id": device_id, "time": now() if time is None else time}
    return at | {"longitude": longitude, "latitude": latitude} | more


class Message(msgspec.Struct):
    """A snapshot or an update, whichever wire it came over."""

    type: str
    epoch: str
    seq: int
    time: int
    positions: list[LivePosition]
    view: int = 0

    @property
    def token(self) -> dict[str, object]:
        return {"epoch": self.epoch, "seq": self.seq}

    @property
    def ids(self) -> set[str]:
        return {position.device_id for position in self.positions}


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.names: binary.Names = {}  # of the binary wire; a test hands them on to the connection that resumes

    async def say(self, **message: object) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> Message | dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            return self._read(await self.connection.recv())

    def _read(self, frame: str | bytes) -> Message | dict[str, Any]:
        if isinstance(frame, bytes):
            head, positions = binary.decode(frame, self.names)
            kind = "snapshot" if head.snapshot else "update"
            return Message(kind, head.epoch, head.seq, head.time, positions, head.view)
        message: dict[str, Any] = json.loads(frame)
        return msgspec.convert(message, Message) if message["type"] in ("snapshot", "update") else message

    async def positions(self) -> Message:
        """The next snapshot or update."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.hear()
                if isinstance(message, Message):
                    return message

    async def other(self, kind: str) -> dict[str, Any]:
        """The next message of a kind that is not about positions."""
        async with asyncio.timeout(PATIENCE):
            while True:
                message = await self.hear()
                if not isinstance(message, Message) and message["type"] == kind:
                    return message

    async def look(self, **view: object) -> Message:
        """Says a view; its answer."""
        await self.say(type="view", **view)
        return await self.positions()

    async def until_at(self, device_id: str, time: int) -> LivePosition:
        """Returns when that position of the device has come."""
        while True:
            for position in (await self.positions()).positions:
                if (position.device_id, position.timestamp) == (device_id, time):
                    return position

    async def closed(self) -> tuple[int | None, str]:
        """Reads until the server closes; its code and its reason."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.connection.recv()
        return self.connection.close_code, self.connection.close_reason or ""


@contextlib.asynccontextmanager
async def open_socket(server: Server, *subprotocols: str) -> AsyncIterator[Socket]:
    offered = [Subprotocol(name) for name in subprotocols]
    async with connect(server.live_url, subprotocols=offered or None, max_size=None, close_timeout=1) as connection:
        yield Socket(connection)


class Wire:
    """A connection without a library, that can say what no client should."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.answer = ""  # to the handshake
        self._frames = Frames()
        self._whole: list[tuple[int, bytes]] = []

    async def shake_hands(self, *more: str) -> None:
        self.writer.write(handshake(WIRES[0], *more))
        async with asyncio.timeout(PATIENCE):
            self.answer = (await self.reader.readuntil(b"\r\n\r\n")).decode()

    def say(self, **message: object) -> None:
        self.writer.write(frame(TEXT, json.dumps(message).encode()))

    async def next(self) -> tuple[int, bytes]:
        """The next frame. Raises EOFError where none comes any more."""
        async with asyncio.timeout(PATIENCE):
            while not self._whole:
                await self.read(1 << 18)
        return self._whole.pop(0)

    async def read(self, most: int) -> None:
        """Reads `most` bytes at most, wherever frames begin. Raises EOFError where none come any more."""
        data = await self.reader.read(most)
        if not data:
            raise EOFError
        self._whole += self._frames.feed(data)

    async def closed(self) -> tuple[int, str]:
        """Reads to the end of the connection; the code and the reason of the close frame, 1006 where none came."""
        code, reason = 1006, ""
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                opcode, content = await self.next()
                if opcode == CLOSE:
                    code, reason = int.from_bytes(content[:2]), content[2:].decode()
        return code, reason

    def deafen(self) -> None:
        cast("asyncio.Transport", self.writer.transport).pause_reading()

    def listen(self) -> None:
        cast("asyncio.Transport", self.writer.transport).resume_reading()

    def cut(self) -> None:
        self.writer.transport.abort()


@contextlib.asynccontextmanager
async def open_wire(server: Server, *more: str, small: bool = False) -> AsyncIterator[Wire]:
    """`small`: with a small buffer in the system, so that the server soon feels that nothing is read."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    end = socket.socket()
    if small:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    end.setblocking(False)
    await asyncio.get_running_loop().sock_connect(end, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=end, limit=4096)
    wire = Wire(reader, writer)
    try:
        await wire.shake_hands(*more)
        yield wire
    finally:
        wire.cut()


class Reporter:
    """Reports over HTTP, and waits until the fleet knows, which follows the store by a tick."""

    def __init__(self, server: Server) -> None:
        self._client = httpx.AsyncClient(base_url=server.url, timeout=PATIENCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def post(self, *positions: Mapping[str, object]) -> httpx.Response:
        return await self._client.post("/api/positions", content=msgspec.json.encode(positions))

    async def send(self, *positions: Mapping[str, object]) -> None:
        answer = await self.post(*positions)
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == len(positions)

    async def tell(self, *positions: Mapping[str, object]) -> None:
        await self.send(*positions)
        for at in positions:
            async with asyncio.timeout(PATIENCE):
                while await self.newest(str(at["device_id"])) < int(str(at["time"])):
                    pass  # each question takes its time

    async def newest(self, device_id: str) -> int:
        answer = await self._client.get(f"/api/devices/{quote(device_id, safe='')}")
        return int(answer.json()["position"]["time"]) if answer.status_code == 200 else 0

    async def track(self, device_id: str) -> list[int]:
        """The times of its stored positions."""
        answer = await self._client.get(f"/api/devices/{quote(device_id, safe='')}/track", params={"limit": 10_000})
        return [at["time"] for at in answer.json()["positions"]] if answer.status_code == 200 else []

    async def viewers(self) -> int:
        return int((await self._client.get("/api/stats")).json()["viewers"])

    async def until_viewers(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.viewers() != count:
                pass


def memory(server: Server) -> int:
    """Bytes that the process holds (Linux)."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
