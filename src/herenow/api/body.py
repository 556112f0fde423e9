"""The body of a request, inflated where it is compressed, within bounds of size and memory."""

import asyncio
import zlib
from collections.abc import AsyncIterator

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from herenow.api.headers import header
from herenow.errors import BadRequest, Busy, TooLarge

MAX_BODIES = 256 * 1024 * 1024  # bytes of all bodies that are being read
SLICE = 1 << 20  # bytes inflated before other work gets its turn
MAX_MEMBERS = 100  # of gzip in one body


class UnknownEncoding(BadRequest):
    """A Content-Encoding other than gzip."""


class Bodies:
    """Reads bodies, and counts what it holds of those that are not whole yet. How long one may take is the protocol's
    to say (http.py)."""

    def __init__(self) -> None:
        self.held = 0  # bytes

    async def read(self, scope: Scope, receive: Receive, most: int) -> bytes:
        """Raises TooLarge beyond `most` bytes after inflating, before they are held; BadRequest for gzip that is broken
        or cut short; Busy where all bodies together would pass MAX_BODIES; ClientDisconnect.
        """
        encoding = (header(scope, b"content-encoding") or b"identity").strip().lower()
        if encoding not in (b"identity", b"gzip", b""):
            raise UnknownEncoding(f"expected Content-Encoding gzip or none, got {encoding[:40].decode('latin-1')!r}")
        data, more = await _received(receive)
        if not more and encoding != b"gzip" and len(data) <= most:
            return data  # whole at once, as nearly all are
        body, chunks = _Body(self, most), _chunks(data, receive, more=more)
        try:
            await (_inflate(chunks, body) if encoding == b"gzip" else _copy(chunks, body))
        finally:
            self.held -= len(body.data)
        return bytes(body.data)


class _Body:
    def __init__(self, bodies: Bodies, most: int) -> None:
        self._bodies = bodies
        self.most = most
        self.data = bytearray()

    def add(self, data: bytes) -> None:
        if len(self.data) + len(data) > self.most:
            raise TooLarge(f"expected a body of at most {_size(self.most)} after inflating; send it in parts")
        if self._bodies.held + len(data) > MAX_BODIES:
            raise Busy("too much is being sent at this moment; send it again later")
        self._bodies.held += len(data)
        self.data += data


async def _received(receive: Receive) -> tuple[bytes, bool]:
    """What has come of a body, and whether there is more."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message.get("body", b""), message.get("more_body", False)


async def _chunks(data: bytes, receive: Receive, *, more: bool) -> AsyncIterator[bytes]:
    yield data
    while more:
        data, more = await _received(receive)
        yield data


async def _copy(chunks: AsyncIterator[bytes], body: _Body) -> None:
    async for chunk in chunks:
        body.add(chunk)


async def _inflate(chunks: AsyncIterator[bytes], body: _Body) -> None:
    member = zlib.decompressobj(wbits=31)  # 31: gzip
    sent, members = 0, 1
    async for chunk in chunks:
        data = chunk
        sent += len(chunk)
        if sent > body.most:
            raise _too_large(body)
        while data:
            if member.eof:  # gzip files may follow one another
                member = zlib.decompressobj(wbits=31)
                members += 1
                if members > MAX_MEMBERS:
                    raise _too_large(body)
            body.add(_part(member, data, min(SLICE, body.most + 1 - len(body.data))))
            data = member.unconsumed_tail or member.unused_data
            if member.unconsumed_tail:
                await asyncio.sleep(0)
    if not member.eof:
        raise BadRequest("expected whole gzip data, but it is cut short")


def _too_large(body: _Body) -> TooLarge:
    return TooLarge(f"expected a body of at most {_size(body.most)} in {MAX_MEMBERS} gzip members")


def _part(member: "zlib._Decompress", data: bytes, most: int) -> bytes:
    try:
        return member.decompress(data, most)
    except zlib.error as error:
        raise BadRequest(f"expected gzip data, as Content-Encoding says: {error}") from error


def _size(count: int) -> str:
    return f"{count >> 20} MiB" if count >= 1 << 20 else f"{count >> 10} KiB"
