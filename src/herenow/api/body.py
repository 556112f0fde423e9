"""The body of a request, inflated where it is compressed, within bounds of size, time and memory."""

import asyncio
import zlib

from fastapi import Request

from herenow.errors import BadRequest, Busy, TooLarge, TooSlow

MAX_BODIES = 256 * 1024 * 1024  # bytes of all bodies that are being read
SLICE = 1 << 20  # bytes inflated before other work gets its turn
MAX_MEMBERS = 100  # of gzip in one body
READ_WITHIN = 60.0  # s


class UnknownEncoding(BadRequest):
    """A Content-Encoding other than gzip."""


class Bodies:
    """Reads bodies, and counts what it holds of those that are not whole yet."""

    def __init__(self) -> None:
        self.held = 0  # bytes
        self._closed = False
        self._reading: set[asyncio.Timeout] = set()

    def close(self) -> None:
        """The server stops: what is not whole yet is refused with Busy, now."""
        self._closed = True
        for limit in self._reading:
            if not limit.expired():
                limit.reschedule(0)

    async def read(self, request: Request, most: int) -> bytes:
        """Raises TooLarge beyond `most` bytes after inflating, before they are held; BadRequest for gzip that is broken
        or cut short; TooSlow after READ_WITHIN; Busy where all bodies together would pass MAX_BODIES.
        """
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding not in ("identity", "gzip", ""):
            raise UnknownEncoding(f"expected Content-Encoding gzip or none, got {encoding[:40]!r}")
        body, limit = _Body(self, most), asyncio.timeout(READ_WITHIN)
        self._reading.add(limit)
        try:
            async with limit:
                await (_inflate(request, body) if encoding == "gzip" else _copy(request, body))
        except TimeoutError as error:
            if self._closed:
                raise Busy("the server is stopping; send it again later") from error
            raise TooSlow(f"expected the whole body within {READ_WITHIN:.0f} s; send it in smaller parts") from error
        finally:
            self._reading.discard(limit)
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


async def _copy(request: Request, body: _Body) -> None:
    async for chunk in request.stream():
        if chunk:  # the last one is empty
            body.add(chunk)


async def _inflate(request: Request, body: _Body) -> None:
    member = zlib.decompressobj(wbits=31)  # 31: gzip
    sent, members = 0, 1
    async for chunk in request.stream():
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
