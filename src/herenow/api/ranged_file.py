"""A file as a response, whole or a range of its bytes."""

import re

from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from herenow.api.errors import problem

_ONE = rb"\s*(?:\d{1,18}-\d{0,18}|-\d{1,18})\s*"
_RANGES = re.compile(rb"\s*bytes\s*=%b(?:,%b)*" % (_ONE, _ONE), re.IGNORECASE)


class RangedFile(FileResponse):
    """A range that the file does not have is refused as Problem Details. What cannot be read as ranges of bytes is
    ignored, and the response is the whole file (RFC 9110, 14.2)."""

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

        headers = [one for one in scope["headers"] if one[0] != b"range" or _readable(one[1])]
        await super().__call__({**scope, "headers": headers}, receive, send_or_refuse)


def _readable(value: bytes) -> bool:
    if not _RANGES.fullmatch(value):
        return False
    ends = (one.split(b"-") for one in value.partition(b"=")[2].split(b","))
    return all(not first.strip() or not last.strip() or int(first) <= int(last) for first, last in ends)
