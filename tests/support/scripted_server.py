"""A scripted server on a real socket, whose connections a test plays one by one, and a live client for it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, TypeVar

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from herenow.client import Change, Live, LivePosition, Report
from herenow.model.device import Device, first_seen
from herenow.wire import binary
from herenow.wire import json as wire
from tests.support.patience import PATIENCE
from tests.support.positions import NOW, position

EPOCH, OTHER = "9f2c00ffab120077", "0000000000000001"
BOX = (-98.0, 30.1, -97.4, 30.6)
ENCODINGS = (binary.SUBPROTOCOL, wire.SUBPROTOCOL)
T = TypeVar("T")


async def soon(something: Awaitable[T]) -> T:
    async with asyncio.timeout(PATIENCE):
        return await something


def device(device_id: str, step: int) -> Device:
    """One that stands still; `step` ms after NOW. It becomes stale at a whole second, which both encodings tell."""
    made = first_seen(position(device_id, NOW + step, attributes={"name": device_id.upper()}))
    assert made.contact
    return msgspec.structs.replace(made, contact=msgspec.structs.replace(made.contact, stale_at=NOW + 300_000))


def live_position(device_id: str, step: int) -> LivePosition:
    return msgspec.json.decode(wire.encode_live(device(device_id, step)), type=LivePosition)


class Call:
    """The server's end of one connection, as a test plays it."""

    def __init__(self, socket: ServerConnection, numbers: dict[str, int]) -> None:
        self.socket = socket
        self._numbers = numbers  # of the devices, over all connections
        self._named: set[str] = set()

    async def received(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await soon(self.socket.recv()))
        return message

    async def say(self, **message: object) -> None:
        await self.socket.send(json.dumps(message))

    async def snapshot(self, view: int, seq: int, devices: Iterable[Device], epoch: str = EPOCH) -> None:
        self._named.clear()
        await self.socket.send(self._frame(binary.SNAPSHOT, view, seq, list(devices), epoch))

    async def update(self, seq: int, *devices: Device, view: int = 0, epoch: str = EPOCH) -> None:
        await self.socket.send(self._frame(binary.UPDATE, view, seq, list(devices), epoch))

    def _frame(self, kind: int, view: int, seq: int, devices: list[Device], epoch: str) -> str | bytes:
        if self.socket.subprotocol == wire.SUBPROTOCOL:
            positions = wire.join(map(wire.encode_live, devices))
            return wire.message("snapshot" if kind == binary.SNAPSHOT else "update", epoch, seq, NOW, positions, view)
        rows = [(self._numbers.setdefault(one.device_id, len(self._numbers)), one) for one in devices]
        names = [binary.name(number, one) for number, one in rows if one.device_id not in self._named]
        self._named |= {one.device_id for one in devices}
        blocks = binary.blocks(binary.records(rows), [0], [names], list(binary.REQUESTED)) if rows else []
        return binary.head(kind, view, seq, NOW, bytes.fromhex(epoch)) + b"".join(blocks)

    def cut(self) -> None:
        self.socket.transport.abort()

    async def close(self, code: int, reason: str) -> None:
        await self.socket.close(code, reason)

    async def caught_up(self, live: Live) -> None:
        """Returns when the client has taken all that was sent before."""
        reporting = asyncio.create_task(live.report([fix("marker")]))
        report = await self.received()
        assert report["type"] == "report"
        await self.say(type="receipt", id=report["id"], accepted=1, rejected=[])
        await soon(reporting)


class Stage:
    """A server whose connections are handed to the test, in the order in which they come."""

    def __init__(self) -> None:
        self.url = ""
        self._calls: asyncio.Queue[Call] = asyncio.Queue()
        self._numbers: dict[str, int] = {}

    async def take(self, socket: ServerConnection) -> None:
        self._calls.put_nowait(Call(socket, self._numbers))
        await socket.wait_closed()

    async def call(self) -> Call:
        return await soon(self._calls.get())

    def ringing(self) -> int:
        return self._calls.qsize()

    async def following(self, live: Live, *devices: Device, seq: int = 41) -> tuple[Call, Change]:
        """The first connection, with its view answered by a snapshot that the consumer has taken."""
        call = await self.call()
        view = await call.received()
        await call.snapshot(view["id"], seq, devices)
        return call, await soon(anext(live))


Refusal = Callable[[ServerConnection, Request], Response | None]


@contextlib.asynccontextmanager
async def staged(
    encodings: Iterable[str] = ENCODINGS, refusal: Refusal | None = None, port: int = 0
) -> AsyncIterator[Stage]:
    stage = Stage()
    subprotocols = [Subprotocol(name) for name in encodings] or None
    server: Server
    async with serve(
        stage.take, "127.0.0.1", port, subprotocols=subprotocols, process_request=refusal, ping_interval=None
    ) as server:
        stage.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield stage


def client(stage: Stage, **more: Any) -> Live:
    """One that never waits before it tries again, unless the server says so."""
    options: dict[str, Any] = {"box": BOX, "zoom": 10, "random": lambda: 0.0}
    return Live(stage.url, **(options | more))


def fix(device_id: str) -> Report:
    return Report(device_id=device_id, time=NOW, latitude=60.0, longitude=25.0)


async def all_of(live: Live) -> list[Change]:
    return [change async for change in live]
