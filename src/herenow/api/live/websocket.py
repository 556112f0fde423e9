"""The live socket, and the messages to all of its viewers."""

import asyncio
import random
import time
from collections.abc import Iterator

import msgspec
from fastapi import APIRouter
from starlette.websockets import WebSocket

from herenow.api.context import AppContext, WithContext
from herenow.api.errors import problem
from herenow.api.live.connection import STOPPING, SocketConnection, link_of
from herenow.api.live.session import LiveSession
from herenow.api.routes.stats import stats_of
from herenow.live.encoders import Encoder
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.model.clock import now
from herenow.model.geo.box import WORLD
from herenow.model.view import View
from herenow.wire import binary, json

BEAT = 0.5  # s
PING_MESSAGE_EVERY = 20  # beats
PING_FRAME_EVERY = 50  # beats; proxies cut what is silent for 60 s
GIVE_WAY = 0.005  # s between two slices of other work: positions come first
RETURNS_A_SECOND = 500  # viewers that come back after a stop
SHORTEST_SPREAD = 500  # ms

UNANNOUNCED = "nothing is announced here (HERENOW_BUS=none); poll GET /api/positions/latest"

router = APIRouter()


@router.websocket("/ws/locations")
async def locations(socket: WebSocket, context: WithContext) -> None:
    offered = socket.scope["subprotocols"]
    known = [name for name in (binary.SUBPROTOCOL, json.SUBPROTOCOL) if name in offered]
    if offered and not known:
        expected = (
            f"expected the subprotocol {binary.SUBPROTOCOL} or {json.SUBPROTOCOL}, or none for the article's wire"
        )
        await socket.send_denial_response(problem(400, f"{expected}; got {', '.join(offered)[:200]}"))
        return
    if context.polled:
        await socket.send_denial_response(problem(503, UNANNOUNCED))
        return
    await socket.accept(known[0] if known else None)
    link = link_of(socket)
    if known:
        link.take_over(LiveSession(link, context, _wire(context.hub, known[0])))
    else:
        link.take_over(ArticleSession(link, context.hub))


def _wire(hub: Hub, subprotocol: str) -> Encoder:
    return hub.binary_wire if subprotocol == binary.SUBPROTOCOL else hub.json_wire


class ArticleSession:
    """A viewer on the article's wire: nothing that it says is listened to."""

    def __init__(self, link: SocketConnection, hub: Hub) -> None:
        self._hub = hub
        self._viewer = Viewer(hub.article_wire, link)
        hub.viewers.add(self._viewer)
        hub.set_view(self._viewer, View(WORLD))

    def on_message(self, message: bytes) -> None:
        pass

    def on_drained(self) -> None:
        self._hub.drained(self._viewer)

    def on_lost(self) -> None:
        self._hub.disconnect(self._viewer)


async def send_stats_for_ever(context: AppContext) -> None:
    """Twice a second stats to all who look at something, every ten seconds a ping, made once; every 25 s a ping of the
    WebSocket to every socket; closes those that stall. A fleet that is not loaded has no counts yet: until then pings
    take their place. Never returns."""
    beats = 0
    while True:
        await asyncio.sleep(BEAT)
        beats += 1
        hub = context.hub
        hub.housekeep(time.monotonic())
        if not hub.viewers:
            continue
        loaded = hub.loaded.is_set()
        if loaded:
            stats = msgspec.structs.asdict(stats_of(context))
            await _send_slices(hub.broadcast(json.encode({"type": "stats", **stats})))
        if not loaded or beats % PING_MESSAGE_EVERY == 0:
            await _send_slices(hub.broadcast(json.encode({"type": "ping", "time": now(), "seq": hub.sent})))
        if beats % PING_FRAME_EVERY == 0:
            await _send_slices(hub.ping())


async def _send_slices(slices: Iterator[None]) -> None:
    for _ in slices:
        await asyncio.sleep(GIVE_WAY)


def close_viewers(hub: Hub) -> None:
    """Tells every viewer when to come back, each at a moment of its own, so that they do not come all at once."""
    spread = max(SHORTEST_SPREAD, len(hub.viewers) * 1000 // RETURNS_A_SECOND)
    for viewer in list(hub.viewers):
        viewer.sink.close(*STOPPING, retry_ms=random.randrange(spread))
