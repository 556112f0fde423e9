"""uvicorn's HTTP protocol with bounds: on the size of a request's head, on the time that a request takes to come, and
on the number of connections. It also hands its transport to the route, for streams that must be cut off."""

import asyncio
from typing import Any, cast
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from herenow.api.admission import Admission
from herenow.api.errors import problem
from herenow.api.exchange import Exchange
from herenow.api.headers import NO_CACHE
from herenow.api.live.connection import EXTENSION

MAX_URL = 60 * 1024  # bytes; httptools reads no more than 65,535
MAX_HEAD = 64 * 1024  # bytes of a request line and its header lines, and of the trailers behind a body
MAX_LINES = 128  # header lines, and trailers
HEAD_WITHIN = 15.0  # s from the connection, or from a request's first byte, to the end of its head
BODY_WITHIN = 60.0  # s from the end of a request's head to the end of its body
LOOK_AGAIN = 5.0  # s; while the server owes an answer to a whole request, a client owes nothing
MAX_AHEAD = 100  # requests that came before the one ahead of them was answered
LINGER = 2.0  # s in which the rest of a refused request is read and dropped, so that the client hears why


class HttpProtocol(HttpToolsProtocol):
    """One connection. What cannot be read as a request is answered after the requests before it, and ends it."""

    _awaits = "request"  # what the client owes: a "request", the rest of its "head" or "body", or "nothing"
    _requests = 0  # begun
    _answers = 0  # owed by the server
    _size = _lines = 0  # of the present head and its trailers: bytes, lines
    _fed = 0  # bytes of a head that began in an earlier segment: those of a line that has no end yet, too
    _timed = ("", -1)  # what the deadline is for
    _deadline: asyncio.TimerHandle | None = None
    _refused: tuple[int, str] | None = None  # status and reason; from then on nothing is read

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        admission: Admission,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._admission = admission

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        super().connection_made(transport)
        if self._admission.admits(len(self.connections)):
            self._set_deadline()
        else:  # at once: lingering would hold what there is too little of
            self._refused = 503, "more connections than the server takes; come back later"
            transport.write(self._refusal(*self._refused))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._cancel_deadline()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        self._unset_keepalive_if_required()
        if self._awaits == "nothing" and self._answers == 0:
            self._awaits = "request"
        request, awaited = self._requests, self._awaits
        self._feed(data)
        same = request == self._requests and awaited == self._awaits == "head"
        self._fed = self._fed + len(data) if same else 0
        if self._fed > MAX_HEAD:
            self._refuse(*_TOO_LARGE)
        if not self._refused:
            self._set_deadline()

    def _feed(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                try:
                    self.parser.feed_data(rest)
                    rest = rest[:0]
                except httptools.HttpParserUpgrade as upgrade:
                    rest = self._behind_offer(rest, upgrade.args[0])
        except httptools.HttpParserError as error:
            if not self._refused:  # else a callback responded
                self._refuse(400, f"expected a request of HTTP/1.1: {error}")

    def _behind_offer(self, data: memoryview, place: int) -> memoryview:
        """Takes an offer of another protocol, or ignores it. Returns what is still to be read."""
        if self._should_upgrade():
            self.handle_websocket_upgrade()
            return data[:0]  # a client says nothing more before the answer (RFC 6455, 4.1)
        self._read_again()
        return data[place:]

    def _read_again(self) -> None:
        """The parser that stopped at an offer would take the body behind it for a request. An offer that is not taken
        is ignored (RFC 9110, 7.8): a parser that never saw it reads the head again, and what follows."""
        lines = [b"%b: %b" % header for header in self.headers if header[0] != b"upgrade"]
        request = b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self._requests -= 1
        self.parser.feed_data(b"\r\n".join([request, *lines, b"", b""]))

    def _should_upgrade(self) -> bool:
        """Only a GET without a body opens a WebSocket; both lists may have several members, and several lines."""
        found = {name: b",".join(value for key, value in self.headers if key == name) for name in _OF_UPGRADE}
        named = {name: {one.strip().lower() for one in value.split(b",")} for name, value in found.items()}
        bodiless = found[b"content-length"].strip() in (b"", b"0") and not found[b"transfer-encoding"]
        wanted = b"upgrade" in named[b"connection"] and b"websocket" in named[b"upgrade"]
        return wanted and bodiless and self.parser.get_method() == b"GET" and self._should_upgrade_to_ws()

    def handle_websocket_upgrade(self) -> None:
        """websockets reads the handshake again, and knows one offer alone."""
        self._cancel_deadline()
        self.scope["method"], self._awaits = "GET", "nothing"
        kept = [header for header in self.headers if header[0] not in (b"connection", b"upgrade")]
        self.scope["headers"] = [*kept, (b"connection", b"Upgrade"), (b"upgrade", b"websocket")]
        super().handle_websocket_upgrade()

    # Called by the parser

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast("dict[str, object]", self.scope)["extensions"] = {EXTENSION: self.transport}
        self._requests += 1
        self._awaits = "head"
        self._size = self._lines = 0

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if len(self.url) > MAX_URL:
            self._stop(414, f"expected a URL of at most {MAX_URL} bytes; ask for less at a time")
        self._size += len(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._lines += 1
        self._size += len(name) + len(value) + 4
        if self._size > MAX_HEAD:
            self._stop(*_TOO_LARGE)
        if self._lines > MAX_LINES:
            self._stop(431, f"expected at most {MAX_LINES} header lines in a request")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self.parser.get_method() == b"CONNECT":
            self._stop(501, "expected a request to this server; it is no proxy")
        if self.parser.should_upgrade():
            return  # it is read again, or becomes a WebSocket
        if self._answers > MAX_AHEAD:
            self._stop(429, f"expected at most {MAX_AHEAD} requests ahead of their answers")
        url, before = httptools.parse_url(self.url), self.cycle  # the first raises HttpParserError
        self._answers += 1
        self._awaits = "body"
        # As uvicorn does, but for the class of the exchange.
        self.scope["http_version"] = self.parser.get_http_version()
        self.scope["method"] = self.parser.get_method().decode("ascii")
        self.scope["raw_path"], self.scope["path"] = url.path, unquote(url.path.decode("ascii"))
        self.scope["query_string"] = url.query or b""  # None where there is no "?"
        self.cycle = Exchange(self)
        if before is None or before.response_complete:  # type: ignore[redundant-expr] # None before the first
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def on_body(self, body: bytes) -> None:
        if not self.parser.should_upgrade():
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.parser.should_upgrade():
            super().on_message_complete()
            self._awaits = "nothing"

    def on_response_complete(self) -> None:
        self._answers -= 1
        super().on_response_complete()
        if self._refused:
            self._send_refusal()

    # What ends a connection

    def shutdown(self) -> None:
        """The server stops: what is not whole yet is refused now."""
        if self._body_is_missing and not self._refused:
            self._refuse(503, "the server is stopping; send it again later")
        else:
            super().shutdown()

    @property
    def _body_is_missing(self) -> bool:
        return self._awaits == "body" and not self.cycle.response_started

    def _stop(self, status: int, detail: str) -> None:
        """Within a callback of the parser, which reads no further."""
        self._refuse(status, detail)
        raise httptools.HttpParserError(detail)

    def _refuse(self, status: int, detail: str) -> None:
        self._refused = status, detail
        self._cancel_deadline()
        if self._awaits == "body":
            self._give_up_body()
        self._send_refusal()

    def _give_up_body(self) -> None:
        """The rest of it will never come: its request is answered by the refusal."""
        cycle = self.cycle
        if cycle.response_complete:
            return
        if cycle.response_started:
            self.transport.close()
            return
        self._answers -= 1
        cycle.disconnected = True
        cycle.message_event.set()
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()

    def _send_refusal(self) -> None:
        if self._refused is None or self._answers or self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        self.transport.write(self._refusal(*self._refused))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._deadline = self.loop.call_later(LINGER, self.transport.abort)

    def _refusal(self, status: int, detail: str) -> bytes:
        answer = problem(status, detail)
        own = [header for header in answer.raw_headers if header[0] != b"connection"]
        lines = [b"%b: %b\r\n" % header for header in (*self.server_state.default_headers, *own, NO_CACHE, _CLOSE)]
        return b"".join([STATUS_LINE[status], *lines, b"\r\n", bytes(answer.body)])

    def _set_deadline(self) -> None:
        """For what the client owes now; what it already owed keeps its own."""
        timed = self._awaits, self._requests
        if timed == self._timed:
            return
        self._timed = timed
        self._cancel_deadline()
        if self._awaits != "nothing":
            within = BODY_WITHIN if self._awaits == "body" else HEAD_WITHIN
            self._deadline = self.loop.call_later(within, self._overdue)

    def _cancel_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _overdue(self) -> None:
        unread = self._body_is_missing  # its own answer is owed, but not yet due
        if self._answers > unread or self.flow.read_paused:
            self._deadline = self.loop.call_later(LOOK_AGAIN, self._overdue)
        elif unread:
            self._refuse(408, f"expected the whole body within {BODY_WITHIN:.0f} s; send it in smaller parts")
        elif self._awaits == "head":
            self._refuse(408, f"expected the whole head of a request within {HEAD_WITHIN:.0f} s")
        else:
            self.transport.close()


_CLOSE = (b"connection", b"close")
_TOO_LARGE = 431, f"expected at most {MAX_HEAD // 1024} KiB of request line and header lines"
_OF_UPGRADE = (b"connection", b"upgrade", b"content-length", b"transfer-encoding")
