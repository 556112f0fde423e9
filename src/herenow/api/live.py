"""Live positions, and reports, over a WebSocket."""

import asyncio
import random
import time
from collections import deque

from fastapi import APIRouter
from starlette.websockets import WebSocket

from herenow.api.parts import Parts, WithParts
from herenow.api.problems import problem
from herenow.api.sockets import STOPPING, Link, link_of
from herenow.api.stats import stats_of
from herenow.errors import BadRequest, Unavailable
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.live.wires import Wire
from herenow.model.clock import now
from herenow.model.geo import WORLD
from herenow.model.view import View
from herenow.wire import binary, json
from herenow.wire.said import SaidReport, SaidView, decode_said

MAX_MISUNDERSTOOD = 10  # messages
MISUNDERSTOOD = (4400, f"{MAX_MISUNDERSTOOD} messages that could not be understood")
FIRST_WORD_WITHIN = 15.0  # s
SILENT = (4401, f"neither a view nor a report within {FIRST_WORD_WITHIN:.0f} s")
MESSAGES_A_SECOND, BURST = 20, 100
TOO_MANY = (4429, f"more than {MESSAGES_A_SECOND} messages a second")
MAX_REPORTS = 8  # messages that wait for the one before to be stored; then no more is read
RETRY_MS = 1000  # after a report of which nothing is promised
PING_EVERY = 20  # beats
BEAT = 0.5  # s
RETURNS_A_SECOND = 500  # viewers that are told to come back after a stop
SHORTEST_SPREAD = 500  # ms

UNANNOUNCED = "nothing is announced here (HERENOW_BUS=none); poll GET /api/positions/latest"

router = APIRouter()


@router.websocket("/ws/locations")
async def locations(socket: WebSocket, parts: WithParts) -> None:
    offered = socket.scope["subprotocols"]
    known = [name for name in (binary.SUBPROTOCOL, json.SUBPROTOCOL) if name in offered]
    if offered and not known:
        expected = (
            f"expected the subprotocol {binary.SUBPROTOCOL} or {json.SUBPROTOCOL}, or none for the article's wire"
        )
        await socket.send_denial_response(problem(400, f"{expected}; got {', '.join(offered)[:200]}"))
        return
    if parts.polled:
        await socket.send_denial_response(problem(503, UNANNOUNCED))
        return
    await socket.accept(known[0] if known else None)
    link = link_of(socket)
    if known:
        link.take_over(LiveSession(link, parts, _wire(parts.hub, known[0])))
    else:
        link.take_over(ArticleSession(link, parts.hub))


def _wire(hub: Hub, subprotocol: str) -> Wire:
    return hub.binary_wire if subprotocol == binary.SUBPROTOCOL else hub.json_wire


class ArticleSession:
    """A viewer on the article's wire: nothing that it says is listened to."""

    def __init__(self, link: Link, hub: Hub) -> None:
        self._hub = hub
        self._viewer = Viewer(hub.article_wire, link)
        hub.viewers.add(self._viewer)
        hub.look(self._viewer, View(WORLD))

    def heard(self, message: bytes) -> None:
        pass

    def drained(self) -> None:
        self._hub.drained(self._viewer)

    def lost(self) -> None:
        self._hub.leave(self._viewer)


class LiveSession:
    """A client on one of our own subprotocols: a viewer, a device that reports, or both."""

    def __init__(self, link: Link, parts: Parts, wire: Wire) -> None:
        self._link = link
        self._parts = parts
        self._hub = parts.hub
        self._viewer = Viewer(wire, link)
        self._misunderstood = 0
        self._credit, self._credited = float(BURST), time.monotonic()  # messages that may come, and since when
        self._reports: deque[SaidReport] = deque()
        self._reporting = False
        self._silence = asyncio.get_running_loop().call_later(FIRST_WORD_WITHIN, link.close, *SILENT)
        self._hub.viewers.add(self._viewer)

    def drained(self) -> None:
        self._hub.drained(self._viewer)

    def lost(self) -> None:
        self._silence.cancel()
        self._hub.leave(self._viewer)

    def heard(self, message: bytes) -> None:
        if not self._in_time():
            self._link.close(*TOO_MANY)
            return
        try:
            self._take(decode_said(message))
            self._silence.cancel()
        except BadRequest as error:
            self._viewer.tell(json.encode({"type": "error", "detail": str(error)}))
            self._misunderstood += 1
            if self._misunderstood == MAX_MISUNDERSTOOD:
                self._link.close(*MISUNDERSTOOD)

    def _in_time(self) -> bool:
        moment = time.monotonic()
        self._credit = min(BURST, self._credit + (moment - self._credited) * MESSAGES_A_SECOND) - 1
        self._credited = moment
        return self._credit >= 0

    def _take(self, said: SaidView | SaidReport) -> None:
        if isinstance(said, SaidView):
            self._hub.look(self._viewer, said.view(), said.id or 0, said.resume)
            return
        self._reports.append(said)
        if len(self._reports) >= MAX_REPORTS:
            self._link.transport.pause_reading()
        if not self._reporting:
            self._reporting = True
            self._link.start(self._take_reports())

    async def _take_reports(self) -> None:
        while self._reports:
            said = self._reports.popleft()
            answer = await self._receipt(said)
            self._viewer.tell(json.encode({"type": "receipt", "id": said.id} | answer))
            if len(self._reports) == MAX_REPORTS - 1:
                self._link.transport.resume_reading()
        self._reporting = False

    async def _receipt(self, said: SaidReport) -> dict[str, object]:
        try:
            reports, rejected = json.decode_reports(bytes(said.positions))
            receipt = await self._parts.intake.take_numbered(reports, rejected, "socket")
        except Unavailable as error:
            return {"detail": str(error), "retry_ms": RETRY_MS}
        except BadRequest as error:
            return {"accepted": 0, "rejected": [{"index": 0, "field": "positions", "reason": str(error)}]}
        return {"accepted": receipt.accepted, "rejected": receipt.rejected}


async def beat(parts: Parts) -> None:
    """Twice a second stats to all viewers, every ten seconds a ping, made once; closes those that stall. Never
    returns."""
    beats = 0
    while True:
        await asyncio.sleep(BEAT)
        beats += 1
        hub = parts.hub
        hub.housekeep(time.monotonic())
        if not hub.viewers:
            continue
        await _tell(hub, json.encode({"type": "stats", **stats_of(parts)}))
        if beats % PING_EVERY == 0:
            await _tell(hub, json.encode({"type": "ping", "time": now(), "seq": hub.sent}))


async def _tell(hub: Hub, message: bytes) -> None:
    for _ in hub.tell(message):
        await asyncio.sleep(0)


def farewell(hub: Hub) -> None:
    """Tells every viewer when to come back, each at a moment of its own, so that they do not come all at once."""
    spread = max(SHORTEST_SPREAD, len(hub.viewers) * 1000 // RETURNS_A_SECOND)
    for viewer in list(hub.viewers):
        viewer.sink.close(*STOPPING, retry_ms=random.randrange(spread))
