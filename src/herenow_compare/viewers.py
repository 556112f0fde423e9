"""The viewers of each version: version 1's poll every second, version 2's hold a WebSocket. They are cheap, because
they share the processor with the server."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import cast

from herenow.errors import Unavailable
from herenow.wire.json import SUBPROTOCOL
from herenow_compare.figures import POLL_EVERY
from herenow_compare.frames import Frames, is_update, stamps
from herenow_compare.http import HOST, connected, get
from herenow_compare.latency_meter import LatencyMeter
from herenow_compare.load import PLACE

AT_ONCE = 50  # sockets being opened
OPEN_WITHIN = 60.0  # s, all of them

_UPGRADE = (
    f"GET /ws/locations HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n"
).encode()
_BOX = ",".join(map(str, PLACE))
_VIEW = f'{{"type":"view","bbox":[{_BOX}]}}'.encode()  # without a zoom the server sends every move
_MASKED_VIEW = b"\x81" + bytes([0x80 | len(_VIEW)]) + b"\0\0\0\0" + _VIEW  # a mask of zeros leaves the text as it is
_POLL = get(f"/api/positions/latest?bbox={_BOX}")


class SocketViewer(asyncio.Protocol):
    """A viewer on a WebSocket. `ready` once it has its snapshot."""

    def __init__(self, meter: LatencyMeter) -> None:
        self._meter = meter
        self._frames = Frames()
        self._head: bytes | None = b""  # of the response to the handshake, until it is complete
        self._transport: asyncio.Transport | None = None
        self._closing = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost: str | None = None  # why it receives no more

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self._transport.write(_UPGRADE)

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._meter.received += len(data)
        if self._head is not None:
            data = self._shake_hands(self._head + data)
        try:
            self._receive(self._frames.feed(data), at)
        except ValueError as error:
            self._fail(str(error))
        if self._frames.closed:
            self._fail("the server closed it")

    def _receive(self, texts: list[bytes], at: float) -> None:
        for text in texts:
            if is_update(text):
                self._meter.on_received(stamps(text), at)
            elif not self.ready.done():
                self.ready.set_result(None)

    def _shake_hands(self, data: bytes) -> bytes:
        """Returns what came after the response to the handshake."""
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
        if not self._closing:
            self._fail(str(error or "the connection was cut"))

    def close(self) -> None:
        self._closing = True
        if self._transport:
            self._transport.abort()


@contextlib.asynccontextmanager
async def socket_viewers(port: int, count: int, meter: LatencyMeter) -> AsyncIterator[None]:
    """`count` viewers on WebSockets, each with its snapshot. Raises Unavailable unless all stay connected."""
    viewers: list[SocketViewer] = []
    try:
        await _open(viewers, port, count, meter)
        yield
        _check(viewers)
    finally:
        for viewer in viewers:
            viewer.close()


async def _open(viewers: list[SocketViewer], port: int, count: int, meter: LatencyMeter) -> None:
    """Adds `count` viewers, AT_ONCE at a time."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(OPEN_WITHIN):
            while len(viewers) < count:
                new = [SocketViewer(meter) for _ in range(min(AT_ONCE, count - len(viewers)))]
                viewers += new
                await asyncio.gather(*(loop.create_connection(partial(_identity, one), HOST, port) for one in new))
                await asyncio.wait([viewer.ready for viewer in new])
    except (OSError, TimeoutError) as error:
        reason = str(error) or f"not within {OPEN_WITHIN:.0f} s"
        raise Unavailable(f"{count} viewers could not be connected: {reason}") from error
    _check(viewers)


def _identity(viewer: SocketViewer) -> SocketViewer:
    return viewer


def _check(viewers: list[SocketViewer]) -> None:
    lost = [viewer.lost for viewer in viewers if viewer.lost]
    if lost:
        raise Unavailable(f"{len(lost)} of {len(viewers)} viewers lost the server: {lost[0]}")


@contextlib.asynccontextmanager
async def polling_viewers(port: int, count: int, meter: LatencyMeter) -> AsyncIterator[None]:
    """`count` viewers that poll every POLL_EVERY seconds, evenly spread over it. Raises Unavailable where one gets no
    response."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_poll(port, turn / count * POLL_EVERY, meter)) for turn in range(count)]
        await asyncio.sleep(POLL_EVERY)
        yield
        for task in running:
            task.cancel()


async def _poll(port: int, phase: float, meter: LatencyMeter) -> None:
    known: set[int] = set()
    due = time.perf_counter() + phase
    async with connected(port) as connection:
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            response = await connection.request(_POLL)
            at = time.perf_counter()
            if response.status != 200:
                raise Unavailable(
                    f"the server answered a poll with {response.status}: {response.body[:300].decode(errors='replace')}"
                )
            meter.received += response.size
            seen = set(stamps(response.body))
            meter.on_received(list(seen - known), at)
            known = seen
            due = max(due + POLL_EVERY, at)
