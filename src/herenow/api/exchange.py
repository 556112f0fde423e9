"""A request and its response, as uvicorn's, but for how it writes: a head that announces the length of its body goes
out with the beginning of it, in one call of the system; and a header that was sent before is not checked again."""

import asyncio
import functools
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from herenow.api.headers import NO_CACHE

REMEMBERED = 512  # header lines; most answers have the same ones

Header = tuple[bytes, bytes]


class Exchange(RequestResponseCycle):
    """Holds no more of a response than its head, and that until its body begins."""

    _head = b""  # not written yet

    def __init__(self, connection: HttpToolsProtocol) -> None:
        """Of the request whose head a connection has read."""
        parser = connection.parser
        super().__init__(
            connection.scope,
            connection.transport,
            connection.flow,
            connection.logger,
            connection.access_logger,
            access_log=False,
            default_headers=connection.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=connection.expect_100_continue,
            keep_alive=connection.scope["http_version"] != "1.0" and parser.should_keep_alive(),
            on_response=connection.on_response_complete,
        )

    async def send(self, message: Any) -> None:
        """Raises RuntimeError where a body is not as long as its head says."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self._begin(message["status"], message.get("headers", ()))
        else:
            self._go_on(message.get("body", b""), more=message.get("more_body", False))

    def _begin(self, status: int, headers: Iterable[Header]) -> None:
        self.response_started = True
        self.waiting_for_100_continue = False
        lines, says_cache = [STATUS_LINE[status]], False
        for name, value in (*self.default_headers, *headers):
            if name == b"connection" and value.lower() == b"close":
                self.keep_alive = False
                continue  # it follows
            says_cache = says_cache or name == b"cache-control"
            if name == b"content-length":
                self.expected_content_length, self.chunked_encoding = int(value), False
            lines.append(_line(name, value))
        if not says_cache:
            lines.append(_line(*NO_CACHE))
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        if self.chunked_encoding is None and self.scope["method"] != "HEAD" and status not in (204, 304):
            self.chunked_encoding = True
            lines.append(b"transfer-encoding: chunked\r\n")
        lines.append(b"\r\n")
        self._head = b"".join(lines)
        if self.chunked_encoding:  # a stream may begin to say something much later
            self.transport.write(self._head)
            self._head = b""

    def _go_on(self, body: bytes, *, more: bool) -> None:
        if self.scope["method"] == "HEAD":
            self.expected_content_length, body = 0, b""
        elif self.chunked_encoding:
            body = b"".join((b"%x\r\n" % len(body), body, b"\r\n") if body else ()) + (b"" if more else b"0\r\n\r\n")
        else:
            self.expected_content_length -= len(body)
        if self.expected_content_length < 0 or (self.expected_content_length and not more):
            raise RuntimeError("expected a body of the length that its head says")
        if self._head or body:
            self.transport.writelines((self._head, body))
            self._head = b""
        if more:
            return
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


@functools.lru_cache(REMEMBERED)
def _line(name: bytes, value: bytes) -> bytes:
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError(f"expected a header of HTTP, got {name!r}: {value!r}")
    return b"%b: %b\r\n" % (name.lower(), value)
