"""Live positions as a stream of server-sent events, for where WebSocket is blocked."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response, StreamingResponse

from herenow.api.context import WithContext
from herenow.api.errors import problem
from herenow.api.live.connection import CLOSE_WITHIN, prepare, transport_of
from herenow.api.live.websocket import UNANNOUNCED
from herenow.api.query import bbox as to_box
from herenow.errors import BadRequest
from herenow.live.encoders import Written
from herenow.live.hub import Hub
from herenow.live.viewer import Viewer
from herenow.model.view import Resume, View
from herenow.wire.client_messages import MAX_DEVICES, MAX_ZOOM

ROOM = 4  # messages that wait to be sent
SHORTEST_RETRY = 1000  # ms

router = APIRouter(tags=["live"])

_LAST_EVENT = re.compile(r"([0-9a-f]{16}):(\d{1,15})")


class Stream:
    """A `Sink` whose reader takes all there is at once."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._waiting: Written = []
        self._taken = 0  # bytes
        self._arrived = asyncio.Event()
        self._cut: asyncio.TimerHandle | None = None
        self.ended = False

    @property
    def waits(self) -> bool:
        """Whether there is something to take."""
        return bool(self._waiting)

    @property
    def full(self) -> bool:
        return len(self._waiting) >= ROOM or self.ended

    def write(self, pieces: Written) -> None:
        self._waiting += pieces
        self._arrived.set()

    def unread(self) -> int:
        return sum(map(len, self._waiting)) + self._transport.get_write_buffer_size()

    def gone(self) -> int:
        return self._taken - self._transport.get_write_buffer_size()

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:  # noqa: ARG002 - there are no codes
        """A reader that does not take the rest is cut off."""
        if self.ended:
            return
        if retry_ms is not None:  # which a browser keeps for every later try
            self._waiting.append(b"retry: %d\n\n" % max(SHORTEST_RETRY, retry_ms))
        self.ended = True
        self._arrived.set()
        self._cut = asyncio.get_running_loop().call_later(CLOSE_WITHIN, self._transport.abort)

    def finish(self) -> None:
        if self._cut:
            self._cut.cancel()

    async def take(self) -> bytes:
        await self._arrived.wait()
        self._arrived.clear()
        waiting, self._waiting = self._waiting, []
        content = b"".join(waiting)
        self._taken += len(content)
        return content


@router.get("/live/sse", response_class=StreamingResponse)
async def event_stream(
    request: Request,
    context: WithContext,
    bbox: Annotated[str | None, Query(description="west,south,east,north")] = None,
    zoom: Annotated[float | None, Query(ge=0, le=MAX_ZOOM)] = None,
    devices: Annotated[str | None, Query(description="device ids, separated by commas")] = None,
    last_event_id: Annotated[str, Header()] = "",
) -> Response:
    """The messages of `herenow.json.v1`, one way."""
    if context.polled:
        return problem(503, UNANNOUNCED)
    view = _view(bbox, zoom, devices)
    found = _LAST_EVENT.fullmatch(last_event_id)
    resume = Resume(found[1], int(found[2])) if found else None
    # Proxies that collect what they pass on would hold it back.
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    transport = transport_of(request)
    prepare(transport)
    stream = Stream(transport)
    return StreamingResponse(
        _stream(context.hub, stream, view, resume), media_type="text/event-stream", headers=headers
    )


def _view(bbox: str | None, zoom: float | None, devices: str | None) -> View:
    if (bbox is None) == (devices is None):
        raise BadRequest("expected either bbox or devices")
    if bbox is not None:
        return View(to_box(bbox), zoom=zoom)
    named = frozenset((devices or "").split(","))
    if len(named) > MAX_DEVICES:
        raise BadRequest(f"devices: expected at most {MAX_DEVICES}, got {len(named)}")
    return View(devices=named)


async def _stream(hub: Hub, stream: Stream, view: View, resume: Resume | None) -> AsyncIterator[bytes]:
    viewer = Viewer(hub.event_wire, stream)
    hub.viewers.add(viewer)
    try:
        for _ in hub.warm(viewer, view):
            await asyncio.sleep(0)
        hub.set_view(viewer, view, resume=resume)
        while not stream.ended or stream.waits:
            content = await stream.take()
            hub.drained(viewer)
            yield content
    finally:
        hub.disconnect(viewer)
        stream.finish()
