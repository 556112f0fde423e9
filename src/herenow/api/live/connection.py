"""uvicorn's WebSocket protocol, which a route can have taken over: frames are then written straight to the transport,
messages of the client come in without a task, and nothing is kept of the request."""

import asyncio
import logging
import socket as socket_options
from collections.abc import Coroutine
from socket import IPPROTO_TCP, SO_KEEPALIVE, SO_SNDBUF, SOL_SOCKET
from typing import Any, Protocol, cast

from starlette.requests import Request
from starlette.websockets import WebSocket
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request as Handshake
from websockets.protocol import State

from herenow.api.headers import NO_CACHE

SEND_BUFFER = 128 * 1024  # bytes in the system
FULL, DRAINED = 64 * 1024, 16 * 1024  # bytes beyond it: above the first a client gets less, until the second
CLOSE_WITHIN = 1.0  # s; a client that reads nothing gets no close frame either
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}  # s, s, times; then it is cut
STOPPING = (1012, "the server is stopping")
NO_TEXT = (1007, "expected UTF-8")

EXTENSION = "herenow.link"  # in the scope of a request: its transport, or the Link

Written = list[bytes]

log = logging.getLogger("uvicorn.error")


class SocketSession(Protocol):
    """What takes a connection over."""

    def on_message(self, message: bytes) -> None: ...

    def on_drained(self) -> None:
        """The link is not full any more."""

    def on_lost(self) -> None:
        """The connection has ended; called once."""


class SocketConnection(WebSocketsSansIOProtocol):
    """One connection. A `Sink` of the hub, once it is taken over."""

    full = False
    _session: SocketSession | None = None
    _written = 0  # bytes
    _holds = 0  # reasons not to read

    def handle_connect(self, event: Handshake) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            prepare(self.transport)
            self.transport.set_write_buffer_limits(FULL, DRAINED)
            cast("dict[str, object]", self.scope["extensions"])[EXTENSION] = self

    async def send(self, message: Any) -> None:
        """As uvicorn's, but an answer that is no socket has the headers of every answer, too."""
        if message["type"] == "websocket.http.response.start":
            message = {**message, "headers": [*self.default_headers, *message["headers"], NO_CACHE]}
        await super().send(message)

    async def run_asgi(self) -> None:
        """As uvicorn's, but a connection that was taken over outlives the application's call."""
        try:
            await self.app(self.scope, self.receive, self.send)
        except ClientDisconnected:
            pass
        except Exception:  # the edge of the task: the client gets a status, the operator a line in the log
            log.exception("a socket failed before it was open")
            self.send_500_response()
        if self._session is None and self.close_timer is None:
            self.transport.close()

    def take_over(self, session: SocketSession) -> None:
        """After the socket was accepted. `session` also gets what the client sent meanwhile."""
        self._session = session
        while not self.queue.empty():
            event = self.queue.get_nowait()
            if event["type"] == "websocket.receive":
                text, content = event.get("text"), event.get("bytes")
                session.on_message(text.encode() if text is not None else content or b"")
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        for name in ("scope", "request", "response"):
            delattr(self, name)  # some kilobytes for each connection
        if self.disconnected:
            session.on_lost()

    def send_receive_event_to_app(self) -> None:
        if self._session is None:
            super().send_receive_event_to_app()
            return
        message, self.frames = b"".join(self.frames), []
        if self.close_sent:
            return
        try:
            message.decode()
        except UnicodeDecodeError:
            self.close(*NO_TEXT)
        else:
            self._session.on_message(message)

    def handle_close(self, event: Frame) -> None:
        super().handle_close(event)
        self._end()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._end()

    def _end(self) -> None:
        """Cuts a client that does not read the rest."""
        self.full = True
        if self.close_timer:
            self.close_timer.cancel()
        if not self.disconnected:
            self.close_timer = self.loop.call_later(CLOSE_WITHIN, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.full = True
        if self._session:
            self._session.on_lost()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.full = True
        self.hold()  # who does not read is not read either, or its answers would pile up

    def resume_writing(self) -> None:
        super().resume_writing()
        self.release()
        self.full = self.close_sent or self.conn.state is not State.OPEN
        if self._session and not self.full:
            self._session.on_drained()

    def hold(self) -> None:
        """Reads no more until it was released as often."""
        self._holds += 1
        if self._holds == 1 and not self.transport.is_closing():
            self.transport.pause_reading()

    def release(self) -> None:
        self._holds -= 1
        if self._holds == 0 and not self.transport.is_closing():
            self.transport.resume_reading()

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
            self._written += len(pieces[0])
            self.transport.write(pieces[0])
        else:
            self._written += sum(map(len, pieces))
            self.transport.writelines(pieces)

    def unread(self) -> int:
        return self.transport.get_write_buffer_size()

    def gone(self) -> int:
        return self._written - self.unread()

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:
        """Where it is closing already this does nothing."""
        if self.close_sent or self.conn.state is not State.OPEN or self.disconnected:
            return
        self.close_sent = True
        self.conn.send_close(code, reason if retry_ms is None else f"{reason}; retry_ms={retry_ms}")
        self.transport.write(b"".join(self.conn.data_to_send()))
        if self._holds:
            self.transport.resume_reading()  # for its close frame
        self._end()

    def shutdown(self) -> None:
        if self._session is None:
            super().shutdown()
        else:
            self.close(*STOPPING)


def prepare(transport: asyncio.Transport) -> None:
    """What lies in the system's buffer is out of date before a slow viewer reads it, and hides its progress; a client
    that has gone without a word is noticed although nothing is sent to it."""
    socket = transport.get_extra_info("socket")
    socket.setsockopt(SOL_SOCKET, SO_SNDBUF, SEND_BUFFER)
    socket.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
    for option, value in KEEPALIVE.items():
        if hasattr(socket_options, option):
            socket.setsockopt(IPPROTO_TCP, getattr(socket_options, option), value)


def transport_of(request: Request) -> asyncio.Transport:
    """Of an HTTP request."""
    transport: asyncio.Transport = request.scope["extensions"][EXTENSION]
    return transport


def link_of(socket: WebSocket) -> SocketConnection:
    link: SocketConnection = socket.scope["extensions"][EXTENSION]
    return link
