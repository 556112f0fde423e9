"""Live positions over a WebSocket."""

import asyncio
import time

import anyio
import anyio.lowlevel
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from herenow.api.parts import Parts, WithParts
from herenow.api.problems import problem
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
PING_EVERY = 10  # beats
BEAT = 1.0  # s
CLOSE_WITHIN = 1.0  # s; a viewer that reads nothing gets no farewell either

router = APIRouter()


@router.websocket("/ws/locations")
async def locations(socket: WebSocket, parts: WithParts) -> None:
    offered = socket.scope["subprotocols"]
    if offered and json.SUBPROTOCOL not in offered:
        known = f"expected the subprotocol {json.SUBPROTOCOL}, or none for the article's wire"
        await socket.send_denial_response(problem(400, f"{known}; got {', '.join(offered)[:200]}"))
        return
    await socket.accept(json.SUBPROTOCOL if offered else None)
    hub = parts.hub
    viewer = Viewer(hub.json_frames) if offered else Viewer(hub.article_frames, View(WORLD), notices=False)
    await _Connection(socket, viewer).run(hub)


class _Connection:
    """A viewer on its socket, for as long as both want."""

    def __init__(self, socket: WebSocket, viewer: Viewer) -> None:
        self._socket = socket
        self._viewer = viewer
        self._farewell: tuple[int, str] | None = None

    async def run(self, hub: Hub) -> None:
        hub.viewers.add(self._viewer)
        try:
            async with anyio.create_task_group() as tasks:
                self._viewer.close = lambda code, reason: self._end(tasks.cancel_scope, (code, reason))
                tasks.start_soon(self._write)
                await self._read()
                tasks.cancel_scope.cancel()
        finally:
            hub.viewers.discard(self._viewer)
        if self._farewell:
            with anyio.move_on_after(CLOSE_WITHIN):
                await self._socket.close(*self._farewell)

    def _end(self, scope: anyio.CancelScope, farewell: tuple[int, str]) -> None:
        self._farewell = farewell
        scope.cancel()

    async def _read(self) -> None:
        misunderstood = 0
        try:
            while misunderstood < MAX_MISUNDERSTOOD:
                try:
                    self._viewer.look(decode_view(await self._text()))
                except BadRequest as error:
                    misunderstood += 1
                    self._viewer.notify("error", json.encode({"type": "error", "detail": str(error)}).decode())
                    await anyio.lowlevel.checkpoint()
        except WebSocketDisconnect:
            return
        self._farewell = 4400, f"{MAX_MISUNDERSTOOD} messages that could not be understood"

    async def _text(self) -> str | bytes:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text: str | bytes = message.get("text") or message.get("bytes") or ""
        return text

    async def _write(self) -> None:
        viewer, send = self._viewer, self._socket.send_text
        try:
            while True:
                await viewer.due()
                for frame in viewer.take():
                    viewer.sending_since = time.monotonic()
                    await send(frame)
                viewer.sending_since = None
        except WebSocketDisconnect:
            return


async def beat(parts: Parts) -> None:
    """Every second: stats to all viewers, made once; every tenth a ping; closes those that stall. Never returns."""
    beats = 0
    while True:
        await asyncio.sleep(BEAT)
        beats += 1
        hub = parts.hub
        hub.housekeep(time.monotonic())
        told = [viewer for viewer in hub.viewers if viewer.notices and viewer.view is not None]
        stats = json.encode({"type": "stats", **stats_of(parts)}).decode() if told else ""
        for viewer in told:
            viewer.notify("stats", stats)
            if beats % PING_EVERY == 0:
                viewer.notify("ping", json.encode({"type": "ping", "time": now(), "seq": hub.seq}).decode())
