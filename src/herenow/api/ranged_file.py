"""A file as a response, whole or some ranges of its bytes."""

import asyncio
import os
import re

from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from herenow.api.errors import problem

_ONE = rb"\s*(?:\d{1,18}-\d{0,18}|-\d{1,18})\s*"
_RANGES = re.compile(rb"\s*bytes\s*=%b(?:,%b)*" % (_ONE, _ONE), re.IGNORECASE)


class RangedFile(FileResponse):
    """What cannot be read as ranges of bytes is ignored as a whole, and the response is the whole file. Of several
    ranges those that the file does not have are left out; if it has none, the request is refused as Problem Details
    (RFC 9110, 14.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = False

        async def send_or_refuse(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == 416:
                refused = True
                answer = problem(416, "expected a range of bytes within the file; Content-Range has its length")
                answer.raw_headers += [header for header in message["headers"] if header[0] == b"content-range"]
                await answer(scope, receive, send)
            elif not refused:
                await send(message)

        await super().__call__({**scope, "headers": await self._requested(scope)}, receive, send_or_refuse)

    async def _requested(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Those of a request, with the ranges that can be had."""
        wanted = [value for name, value in scope["headers"] if name == b"range"]
        if not wanted:
            return list(scope["headers"])
        others = [header for header in scope["headers"] if header[0] != b"range"]
        if len(wanted) > 1 or not _readable(wanted[0]):
            return others
        found = await asyncio.to_thread(os.stat, self.path) if self.stat_result is None else self.stat_result
        return [*others, (b"range", _there(wanted[0], found.st_size))]


def _readable(value: bytes) -> bool:
    if not _RANGES.fullmatch(value):
        return False
    return all(not first or not last or int(first) <= int(last) for first, last in _ends(value))


def _there(value: bytes, size: int) -> bytes:
    """Of the ranges those of which a file of that size has a byte; all of them if it has none of any."""
    there = [b"-".join(ends) for ends in _ends(value) if (int(ends[0]) < size if ends[0] else int(ends[1]) > 0)]
    return b"bytes=" + b",".join(there) if there else value


def _ends(value: bytes) -> list[tuple[bytes, bytes]]:
    """The first and the last byte of each range, or nothing."""
    parts = (one.partition(b"-") for one in value.partition(b"=")[2].split(b","))
    return [(first.strip(), last.strip()) for first, _, last in parts]
