"""The body of a request, inflated where it is compressed, within bounds."""

import zlib

from fastapi import Request

from herenow.errors import BadRequest, TooLarge

MAX_BODY = 8 * 1024 * 1024  # bytes, after inflating


class UnknownEncoding(BadRequest):
    """A Content-Encoding other than gzip."""


async def read_body(request: Request) -> bytes:
    """Raises TooLarge beyond MAX_BODY, before it is held in memory; BadRequest for gzip that is broken or cut short."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise UnknownEncoding(f"expected Content-Encoding gzip or none, got {encoding[:40]!r}")
    return await (_inflated(request) if encoding == "gzip" else _plain(request))


async def _plain(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        _limit(len(body))
    return bytes(body)


async def _inflated(request: Request) -> bytes:
    body = bytearray()
    member = zlib.decompressobj(wbits=31)  # 31: gzip
    async for chunk in request.stream():
        data = chunk
        while data:
            if member.eof:  # gzip files may follow one another
                member = zlib.decompressobj(wbits=31)
            body += _inflate(member, data, MAX_BODY + 1 - len(body))
            _limit(len(body))
            data = member.unconsumed_tail or member.unused_data
    if not member.eof:
        raise BadRequest("expected whole gzip data, but it is cut short")
    return bytes(body)


def _inflate(member: "zlib._Decompress", data: bytes, most: int) -> bytes:
    try:
        return member.decompress(data, most)
    except zlib.error as error:
        raise BadRequest(f"expected gzip data, as Content-Encoding says: {error}") from error


def _limit(size: int) -> None:
    if size > MAX_BODY:
        raise TooLarge(f"expected at most {MAX_BODY // 1024 // 1024} MiB after inflating; send it in parts")
