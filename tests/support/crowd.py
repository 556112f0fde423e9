"""Many viewers at once, cheaply: `herenow.bin.v1` over bare connections, by docs/protocol.md and nothing else."""

import asyncio
import base64
import contextlib
import json
import os
import random
from collections.abc import Iterator
from typing import Any, Protocol, cast

import msgspec

from herenow.wire import binary
from herenow.wire.json import LivePosition
from tests.support.patience import PATIENCE

TEXT, BINARY, CLOSE, PING = 0x1, 0x2, 0x8, 0x9
SIP = 97  # bytes that are read at once by who is about to be cut half-way through a message
GULP = memoryview(bytearray(1 << 18))  # one for all: what is read is taken out at once

Corners = tuple[float, float, float, float]  # west, south, east, north
Place = tuple[int, float, float]  # ms, longitude, latitude


def handshake(subprotocol: str | None = binary.SUBPROTOCOL, *more: str) -> bytes:
    """What a client says first (RFC 6455, section 4.1)."""
    lines = [
        "GET /ws/locations HTTP/1.1",
        "Host: 127.0.0.1",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        *([f"Sec-WebSocket-Protocol: {subprotocol}"] if subprotocol else []),
        *more,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def frame(opcode: int, content: bytes, *, first: int = 0x80, mask: bool = True) -> bytes:
    """One frame of a client (section 5.2); `first` are the bits beside the opcode. The mask is all zeros."""
    marked = 0x80 if mask else 0
    if len(content) < 126:
        head = bytes((first | opcode, marked | len(content)))
    elif len(content) < 65_536:
        head = bytes((first | opcode, marked | 126)) + len(content).to_bytes(2)
    else:
        head = bytes((first | opcode, marked | 127)) + len(content).to_bytes(8)
    return head + (bytes(4) if mask else b"") + content


class Frames:
    """What a server says, cut into frames; holds the beginning of one that has not come whole."""

    def __init__(self) -> None:
        self._data = bytearray()

    @property
    def half_way(self) -> bool:
        return bool(self._data)

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The opcodes and contents of those that are whole now."""
        self._data += data
        while (whole := self._next()) is not None:
            yield whole

    def _next(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        length, start = data[1], 2
        if length >= 126:
            start = 4 if length == 126 else 10
            length = int.from_bytes(data[2:start])
        if len(data) < start + length or len(data) < start:
            return None
        content = bytes(data[start : start + length])
        opcode = data[0] & 0x0F
        del data[: start + length]
        return opcode, content


class Listener(Protocol):
    def on_frame(self, opcode: int, content: bytes) -> None: ...


class Connection(asyncio.BufferedProtocol):
    """From the handshake on. What comes after it was cut is ignored."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._frames = Frames()
        self._head = bytearray()  # of the answer to the handshake
        self._halves = False  # cut in the middle of the next message
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(handshake())

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(exc or ConnectionResetError("the server closed before it answered"))
        if not self.ended.done():
            self.ended.set_result(None)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the loop does not know
        return GULP[:SIP] if self._halves else GULP

    def buffer_updated(self, nbytes: int) -> None:
        data = bytes(GULP[:nbytes])
        if not self.opened.done():
            self._head += data
            if b"\r\n\r\n" not in self._head:
                return
            answer, _, data = bytes(self._head).partition(b"\r\n\r\n")
            assert answer.startswith(b"HTTP/1.1 101"), answer
            self.opened.set_result(None)
        for opcode, content in self._frames.feed(data):
            if not self.ended.done():
                self._listener.on_frame(opcode, content)
        if self._halves and self._frames.half_way:
            self.cut()

    def say(self, message: dict[str, object]) -> None:
        self._transport.write(frame(TEXT, json.dumps(message).encode()))

    def cut(self) -> None:
        """As a network does that is gone."""
        if not self.ended.done():
            self.ended.set_result(None)
        self._transport.abort()

    def cut_half_way(self) -> None:
        """As soon as the beginning of a message has come, and its end has not."""
        self._halves = True


class Token(msgspec.Struct, frozen=True):
    epoch: str
    seq: int


class Viewer:
    """One map. Keeps what it has over all its connections; frames are read only when somebody asks."""

    def __init__(self, port: int, box: Corners, zoom: float | None = None) -> None:
        self.box = box
        self.zoom = zoom
        self.token: Token | None = None  # of the last frame of positions, once its view was answered
        self.answers: list[tuple[bool, Token | None, str]] = []  # snapshot?, what was offered, the epoch it came from
        self.backfilled = 0  # positions, in answers by update
        self.repeated = 0  # those among them that it had
        self.went_back = 0  # positions older than what it had, within an epoch
        self._port = port
        self._number = 0
        self._answered = False  # the view that was sent last
        self._offered: Token | None = None
        self._names: binary.Names = {}
        self._drawn: dict[str, LivePosition] = {}
        self._unread: list[bytes] = []
        self._arrived = asyncio.Event()
        self.connection: Connection | None = None

    async def connect(self, *, afresh: bool = False) -> None:
        """Opens a connection and says the view, and what it has of it unless `afresh`. Raises OSError."""
        if afresh:
            self._unread.clear()
            self.token = None
        self.read()
        self._answered = False
        async with asyncio.timeout(PATIENCE):
            loop = asyncio.get_running_loop()
            _, self.connection = await loop.create_connection(lambda: Connection(self), "127.0.0.1", self._port)
            await self.connection.opened
        self._number += 1
        self._offered = self.token
        view: dict[str, object] = {"type": "view", "id": self._number, "bbox": self.box}
        if self.zoom is not None:
            view["zoom"] = self.zoom
        if self.token is not None:
            view["resume"] = msgspec.structs.asdict(self.token)
        self.connection.say(view)

    async def stay(self, seconds: float) -> None:
        """Looks on for so long, or until the connection ends."""
        assert self.connection
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.shield(self.connection.ended)

    async def keep(self, stop: asyncio.Event, chance: random.Random) -> None:
        """Stays connected until `stop` is set, and comes back as the protocol says wherever the connection is lost."""
        wait = 0.5
        while not stop.is_set():
            try:
                await self.connect()
            except OSError:
                await asyncio.sleep(chance.random() * wait)
                wait = min(15.0, wait * 2)
                continue
            wait = 0.5
            assert self.connection
            stopping = asyncio.create_task(stop.wait())
            either: list[asyncio.Future[Any]] = [stopping, self.connection.ended]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if not stop.is_set():
                await asyncio.sleep(chance.random() * wait)

    async def answered(self) -> None:
        """Returns once the view that was sent last has been answered."""
        while not self._answered:
            self._arrived.clear()
            await self._arrived.wait()

    def on_frame(self, opcode: int, content: bytes) -> None:
        if opcode != BINARY:
            return
        head, _ = binary.decode(content[:32], {})
        self._unread.append(content)
        if head.view == self._number:
            self._answered = True
            self.answers.append((head.snapshot, self._offered, head.epoch))
        if self._answered:
            self.token = Token(head.epoch, head.seq)
        self._arrived.set()

    def read(self) -> None:
        """Draws what has come."""
        unread, self._unread = self._unread, []
        for content in unread:
            head, positions = binary.decode(content, self._names)
            if head.snapshot:
                self._drawn = {}
            for at in positions:
                self._draw(at, answer=head.view != 0 and not head.snapshot)

    def _draw(self, at: LivePosition, *, answer: bool) -> None:
        before = self._drawn.get(at.device_id)
        self.backfilled += answer
        if before is not None:
            self.repeated += answer and before.timestamp == at.timestamp
            self.went_back += at.timestamp < before.timestamp
        self._drawn[at.device_id] = at

    def map(self) -> dict[str, Place]:
        """What it shows inside its box."""
        self.read()
        places = {name: (at.timestamp, at.longitude, at.latitude) for name, at in self._drawn.items()}
        return inside(self.box, places)

    async def until(self, places: dict[str, Place]) -> None:
        """Returns once its map shows exactly these."""
        while self.map() != places:
            self._arrived.clear()
            await self._arrived.wait()


def inside(box: Corners, places: dict[str, Place]) -> dict[str, Place]:
    west, south, east, north = box
    return {name: at for name, at in places.items() if west <= at[1] <= east and south <= at[2] <= north}
