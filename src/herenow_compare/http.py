"""HTTP/1.1 to a local server at the least cost: the client shares the processor with what it measures."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator

import msgspec

from herenow.errors import Unavailable

HOST = "127.0.0.1"
RESPONSE_WITHIN = 30.0  # s

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class HttpResponse(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    size: int  # bytes, head and body


class HttpConnection:
    """One connection, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def request(self, request: bytes) -> HttpResponse:
        """Raises Unavailable where no response comes."""
        try:
            async with asyncio.timeout(RESPONSE_WITHIN):
                return await self._exchange(request)
        except (OSError, EOFError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise Unavailable(f"the measured server does not answer: {reason}") from error

    async def _exchange(self, request: bytes) -> HttpResponse:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        return HttpResponse(int(head[9:12]), body, len(head) + len(body))


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[HttpConnection]:
    """Raises Unavailable where no server listens."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError as error:
        raise Unavailable(f"the measured server does not answer: {error}") from error
    try:
        yield HttpConnection(reader, writer)
    finally:
        writer.close()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()


def post(path: str, body: bytes) -> bytes:
    return f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
