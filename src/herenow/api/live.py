"""Live positions over a WebSocket."""

import asyncio
import contextlib
import time

import anyio
import anyio.lowlevel
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from herenow.api.parts import Parts, WithParts
from herenow.api.problems import problem
from herenow.api.sockets import transport_of
from herenow.api.stats import stats_of
from herenow.errors import BadRequest
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.model.clock import now
from herenow.model.geo import WORLD
from herenow.model.view import View
from herenow.wire import json
from herenow.wire.viewing import decode_view

MAX_MISUNDERSTOOD = 10  # messages
MISUNDERSTOOD = (4400, f"{MAX_MISUNDERSTOOD} messages that could not be understood")
PING_EVERY = 10  # beats
BEAT = 1.0  # s
CLOSE_WITHIN = 1.0  # s; a viewer that reads nothing gets no farewell either

UNANNOUNCED = "nothing is announced here (HERENOW_BUS=none); poll GET /api/positions/latest"

router = APIRouter()


@router.websocket("/ws/locations")
async def locations(socket: WebSocket, parts: WithParts) -> None:
    offered = socket.scope["subprotocols"]
    if offered and json.SUBPROTOCOL not in offered:
        known = f"expected the subprotocol {json.SUBPROTOCOL}, or none for the article's wire"
        await socket.send_denial_response(problem(400, f"{known}; got {', '.join(offered)[:200]}"))
        return
    if parts.polled:
        await socket.send_denial_response(problem(503, UNANNOUNCED))
        return
    await socket.accept(json.SUBPROTOCOL if offered else None)
    if offered:
        await _Connection(socket, Viewer(parts.hub.json_frames), listens=True).run(parts.hub)
    else:
        viewer = Viewer(parts.hub.article_frames, View(WORLD), notices=False)
        await _Connection(socket, viewer, listens=False).run(parts.hub)


class _Connection:
    """A viewer on its socket, for as long as both want. On the article's wire nothing that it says is listened to."""

    def __init__(self, socket: WebSocket, viewer: Viewer, *, listens: bool) -> None:
        self._socket = socket
        self._transport = transport_of(socket)
        self._viewer = viewer
        self._listens = listens
        self._farewell: tuple[int, str] | None = None

    async def run(self, hub: Hub) -> None:
        hub.viewers.add(self._viewer)
        try:
            async with anyio.create_task_group() as tasks:
                self._viewer.unread = self._transport.get_write_buffer_size
                self._viewer.close = lambda code, reason: self._end(tasks.cancel_scope, (code, reason))
                tasks.start_soon(self._write)
                await self._read()
                tasks.cancel_scope.cancel()
        finally:
            hub.viewers.discard(self._viewer)
        if self._farewell:
            await self._part(*self._farewell)

    async def _part(self, code: int, reason: str) -> None:
        with anyio.move_on_after(CLOSE_WITHIN) as waiting, contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(code, reason)  # either error says that it is closed already
        if waiting.cancelled_caught:
            self._transport.abort()  # it would wait for ever for the client to read

    def _end(self, scope: anyio.CancelScope, farewell: tuple[int, str]) -> None:
        self._farewell = farewell
        scope.cancel()

    async def _read(self) -> None:
        misunderstood = 0
        while misunderstood < MAX_MISUNDERSTOOD:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return  # there is nobody to say farewell to
            if self._listens and not self._understood(message.get("text") or message.get("bytes") or ""):
                misunderstood += 1
                await anyio.lowlevel.checkpoint()  # lets the answer go out
        self._farewell = MISUNDERSTOOD

    def _understood(self, text: str | bytes) -> bool:
        try:
            self._viewer.look(decode_view(text))
        except BadRequest as error:
            self._viewer.notify("error", json.encode({"type": "error", "detail": str(error)}).decode())
            return False
        return True

    async def _write(self) -> None:
        viewer, send = self._viewer, self._socket.send_text
        try:
            while True:
                await viewer.due()
                for frame in viewer.take():
                    await send(frame)
        except WebSocketDisconnect:
            return


async def beat(parts: Parts) -> None:
    """Every second stats to all viewers, every tenth a ping, made once; closes those that stall. Never returns."""
    beats = 0
    while True:
        await asyncio.sleep(BEAT)
        beats += 1
        hub = parts.hub
        hub.housekeep(time.monotonic())
        told = [viewer for viewer in hub.viewers if viewer.notices and viewer.view is not None]
        if not told:
            continue
        stats = json.encode({"type": "stats", **stats_of(parts)}).decode()
        ping = json.encode({"type": "ping", "time": now(), "seq": hub.seq}).decode()
        for viewer in told:
            viewer.notify("stats", stats)
            if beats % PING_EVERY == 0:
                viewer.notify("ping", ping)
