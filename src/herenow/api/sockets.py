"""uvicorn's WebSocket protocol, which a route can have taken over: frames are then written straight to the transport,
what the client says is heard without a task, and nothing is kept of the request."""

import logging
from collections.abc import Coroutine
from socket import SO_SNDBUF, SOL_SOCKET
from typing import Protocol, cast

from starlette.websockets import WebSocket
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

SEND_BUFFER = 128 * 1024  # bytes in the system
FULL, DRAINED = 64 * 1024, 16 * 1024  # bytes beyond it: from when on a client is sent less, and until when
CLOSE_WITHIN = 1.0  # s; a client that reads nothing gets no farewell either
STOPPING = (1012, "the server is stopping")

_EXTENSION = "herenow.link"

Written = list[bytes]

log = logging.getLogger("uvicorn.error")


class Session(Protocol):
    """What takes a connection over."""

    def heard(self, message: bytes) -> None: ...

    def drained(self) -> None:
        """The link is not full any more."""

    def lost(self) -> None:
        """The connection has ended; called once."""


class Link(WebSocketsSansIOProtocol):
    """One connection. A `Sink` of the hub, once it is taken over."""

    full = False
    _session: Session | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            # What lies in the system's buffer is out of date before a slow viewer reads it, and hides its progress.
            self.transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER)
            self.transport.set_write_buffer_limits(FULL, DRAINED)
            cast("dict[str, object]", self.scope["extensions"])[_EXTENSION] = self

    async def run_asgi(self) -> None:
        """As uvicorn's, but a connection that was taken over outlives the application's call."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:  # the edge of the task: the client is told by a status, the operator by the log
            log.exception("a socket failed before it was open")
            self.send_500_response()
        if self._session is None and self.close_timer is None:
            self.transport.close()

    def take_over(self, session: Session) -> None:
        """After the socket was accepted. `session` hears what was said meanwhile, too."""
        self._session = session
        while not self.queue.empty():
            said = self.queue.get_nowait()
            if said["type"] == "websocket.receive":
                text, content = said.get("text"), said.get("bytes")
                session.heard(text.encode() if text is not None else content or b"")
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        for name in ("scope", "request", "response"):
            delattr(self, name)  # some kilobytes for each connection
        if self.disconnected:
            session.lost()

    def send_receive_event_to_app(self) -> None:
        if self._session is None:
            super().send_receive_event_to_app()
            return
        message, self.frames = b"".join(self.frames), []
        if not self.close_sent:
            self._session.heard(message)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.full = True
        if self._session:
            self._session.lost()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.full = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.full = self.close_sent
        if self._session and not self.full:
            self._session.drained()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Runs beside the connection; the server waits for it when it stops."""
        task = self.loop.create_task(work)
        task.add_done_callback(self.on_task_complete)
        self.tasks.add(task)

    # As a sink

    def write(self, pieces: Written) -> None:
        if self.disconnected:
            return
        if len(pieces) == 1:
            self.transport.write(pieces[0])
        else:
            self.transport.writelines(pieces)

    def unread(self) -> int:
        return self.transport.get_write_buffer_size()

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:
        """Twice does nothing; a client that has said its own farewell and reads nothing is cut off."""
        if self.close_sent:
            return
        self.full = self.close_sent = True
        if self.conn.state is not State.OPEN:
            self.transport.abort()
            return
        self.conn.send_close(code, reason if retry_ms is None else f"{reason}; retry_ms={retry_ms}")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_timer = self.loop.call_later(CLOSE_WITHIN, self.transport.abort)

    def shutdown(self) -> None:
        if self._session is None:
            super().shutdown()
        else:
            self.close(*STOPPING)


def link_of(socket: WebSocket) -> Link:
    link: Link = socket.scope["extensions"][_EXTENSION]
    return link
