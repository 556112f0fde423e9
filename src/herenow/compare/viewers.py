"""Viewers as each version has them: version 1's ask every second, version 2's are told. They are cheap, for they share
the processor with the server."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import cast

from herenow.compare.audience import Audience
from herenow.compare.figures import POLL_EVERY
from herenow.compare.frames import Frames, is_update, stamps
from herenow.compare.http import HOST, connected, get
from herenow.compare.load import PLACE
from herenow.errors import Unavailable
from herenow.wire.json import SUBPROTOCOL

AT_ONCE = 50  # sockets being opened
OPEN_WITHIN = 60.0  # s, all of them

_UPGRADE = (
    f"GET /ws/locations HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
).encode()
_BOX = ",".join(map(str, PLACE))
_VIEW = f'{{"type":"view","bbox":[{_BOX}]}}'.encode()  # without a zoom every move is told
_MASKED_VIEW = b"\x81" + bytes([0x80 | len(_VIEW)]) + b"\0\0\0\0" + _VIEW  # a mask of zeros leaves the text as it is
_POLL = get(f"/api/positions/latest?bbox={_BOX}")


class Told(asyncio.Protocol):
    """A viewer on a socket. `ready` once it has its first picture."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._frames = Frames()
        self._head: bytes | None = b""  # of the answer to the handshake, until it is whole
        self._transport: asyncio.Transport | None = None
        self._parting = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost: str | None = None  # why it sees no more

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self._transport.write(_UPGRADE)

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._audience.received += len(data)
        if self._head is not None:
            data = self._shake_hands(self._head + data)
        try:
            self._see(self._frames.feed(data), at)
        except ValueError as error:
            self._fail(str(error))
        if self._frames.closed:
            self._fail("the server closed it")

    def _see(self, texts: list[bytes], at: float) -> None:
        for text in texts:
            if is_update(text):
                self._audience.saw(stamps(text), at)
            elif not self.ready.done():
                self.ready.set_result(None)

    def _shake_hands(self, data: bytes) -> bytes:
        """What came after the answer to the handshake."""
        head, end, rest = data.partition(b"\r\n\r\n")
        self._head = None if end else data
        if end and not head.startswith(b"HTTP/1.1 101"):
            self._fail(head.partition(b"\r\n")[0].decode(errors="replace"))
        elif end and self._transport:
            self._transport.write(_MASKED_VIEW)
        return rest if end else b""

    def _fail(self, reason: str) -> None:
        self.lost = self.lost or reason
        if not self.ready.done():
            self.ready.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self._parting:
            self._fail(str(error or "the connection was cut"))

    def close(self) -> None:
        self._parting = True
        if self._transport:
            self._transport.abort()


@contextlib.asynccontextmanager
async def told(port: int, count: int, audience: Audience) -> AsyncIterator[None]:
    """So many viewers on sockets, each with its first picture. Raises Unavailable unless all are served to the end."""
    viewers: list[Told] = []
    try:
        await _open(viewers, port, count, audience)
        yield
        _check(viewers)
    finally:
        for viewer in viewers:
            viewer.close()


async def _open(viewers: list[Told], port: int, count: int, audience: Audience) -> None:
    """Adds so many, AT_ONCE at a time."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(OPEN_WITHIN):
            while len(viewers) < count:
                new = [Told(audience) for _ in range(min(AT_ONCE, count - len(viewers)))]
                viewers += new
                await asyncio.gather(*(loop.create_connection(partial(_same, one), HOST, port) for one in new))
                await asyncio.wait([viewer.ready for viewer in new])
    except (OSError, TimeoutError) as error:
        reason = str(error) or f"not within {OPEN_WITHIN:.0f} s"
        raise Unavailable(f"{count} viewers could not be connected: {reason}") from error
    _check(viewers)


def _same(viewer: Told) -> Told:
    return viewer


def _check(viewers: list[Told]) -> None:
    lost = [viewer.lost for viewer in viewers if viewer.lost]
    if lost:
        raise Unavailable(f"{len(lost)} of {len(viewers)} viewers lost the server: {lost[0]}")


@contextlib.asynccontextmanager
async def polling(port: int, count: int, audience: Audience) -> AsyncIterator[None]:
    """So many viewers that ask every POLL_EVERY seconds, each at its own moment. Raises Unavailable where one gets no
    answer."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_poll(port, turn / count * POLL_EVERY, audience)) for turn in range(count)]
        await asyncio.sleep(POLL_EVERY)
        yield
        for task in running:
            task.cancel()


async def _poll(port: int, phase: float, audience: Audience) -> None:
    known: set[int] = set()
    due = time.perf_counter() + phase
    async with connected(port) as asker:
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            answer = await asker.ask(_POLL)
            at = time.perf_counter()
            if answer.status != 200:
                raise Unavailable(f"a poll was answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
            audience.received += answer.size
            seen = set(stamps(answer.body))
            audience.saw(list(seen - known), at)
            known = seen
            due = max(due + POLL_EVERY, at)
