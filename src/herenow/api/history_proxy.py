"""Requests about history go to a process of their own, so that none of them delays reports or viewers.

Requests and responses pass unchanged. While that process is not running, this one answers.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path

import httptools
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from herenow.api.errors import problem

MOST = 64  # requests in flight; one more is refused
HEAD_WITHIN = 30.0  # s; then something is wrong with it: each reading has a deadline of ten
PIECE = 64 * 1024  # bytes of an answer that are held at a time

# A history request has no body, whatever its head says.
_OF_THE_LINK = {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"expect"}
_OF_THE_SERVER = {b"date"}  # which says it itself


Patterns = Mapping[str, Sequence[re.Pattern[str]]]  # of paths, by method


class HistoryProcess:
    """Where the process listens, a Unix socket, and whether it is wanted: `want` is called with each request."""

    def __init__(self, socket: Path, want: Callable[[], None]) -> None:
        self.socket = socket
        self.want = want


class HistoryProxy:
    """Middleware for paths and methods whose requests have no body. Without a process, the application answers."""

    def __init__(self, app: ASGIApp, *, process: HistoryProcess | None, patterns: Patterns) -> None:
        self._app = app
        self._process = process
        self._patterns = patterns
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        patterns = self._patterns.get(scope.get("method", ""))
        if self._process is None or not patterns or not _matches(scope["path"], patterns):
            await self._app(scope, receive, send)
            return
        self._process.want()
        if self._under_way >= MOST:
            refusal = problem(503, f"expected at most {MOST} history requests at a time; try again soon")
            await refusal(scope, receive, send)
            return
        self._under_way += 1
        try:
            async with _connected(self._process.socket) as streams:
                passed = streams is not None and await _pass_on(*streams, scope, receive, send)
            if not passed:
                await self._app(scope, receive, send)
        finally:
            self._under_way -= 1


def _matches(path: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    return path.startswith("/api/") and any(pattern.match(path) for pattern in patterns)


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def _connected(socket: Path) -> AsyncIterator[Streams | None]:
    try:
        reader, writer = await asyncio.open_unix_connection(str(socket), limit=PIECE)
    except OSError:
        yield None
        return
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def _pass_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scope: Scope, receive: Receive, send: Send
) -> bool:
    """False if the process ended before it sent anything. Ends as well when the client leaves."""
    writer.write(_request_head(scope))
    relaying = asyncio.create_task(_relay(reader, scope, receive, send))
    leaving = asyncio.create_task(_left(receive))
    try:
        await asyncio.wait({relaying, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return await relaying if relaying.done() else True
    finally:
        for task in (relaying, leaving):
            task.cancel()
        await asyncio.wait({relaying, leaving})


def _request_head(scope: Scope) -> bytes:
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    head = b"%b %b%b HTTP/1.1" % (scope["method"].encode(), scope["raw_path"], query)
    headers = [b"%b: %b" % pair for pair in scope["headers"] if pair[0] not in (*_OF_THE_LINK, b"content-length")]
    return b"\r\n".join([head, *headers, b"connection: close", b"", b""])


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _relay(reader: asyncio.StreamReader, scope: Scope, receive: Receive, send: Send) -> bool:
    answer = _Answer()
    parser = httptools.HttpResponseParser(answer)
    try:
        async with asyncio.timeout(HEAD_WITHIN) as limit:
            while data := await reader.read(PIECE):
                parser.feed_data(data)
                limit.reschedule(None)
                for message in answer.take(parser):
                    await send(message)
                if answer.whole:
                    return True
    except TimeoutError:
        await problem(503, "history does not respond; try again later, or request less")(scope, receive, send)
        return True
    except (OSError, httptools.HttpParserError) as error:
        if answer.begun:
            raise ConnectionAbortedError("the history process ended during a response") from error
    if answer.begun:  # an answer that cannot be finished must not look whole: the connection is cut instead
        raise ConnectionAbortedError("the history process ended during a response")
    return False


class _Answer:
    """What came of one, as ASGI has it."""

    def __init__(self) -> None:
        self.begun = self.whole = False
        self._headers: list[tuple[bytes, bytes]] = []
        self._complete = False
        self._body: list[bytes] = []

    # Called by the parser

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() not in _OF_THE_LINK | _OF_THE_SERVER:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._complete = True

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self.whole = True

    def take(self, parser: httptools.HttpResponseParser) -> list[Message]:
        """What is there and was not taken yet."""
        if not self._complete:
            return []
        found: list[Message] = []
        if not self.begun:
            self.begun = True
            found.append({"type": "http.response.start", "status": parser.get_status_code(), "headers": self._headers})
        body, self._body = b"".join(self._body), []
        if body or self.whole:
            found.append({"type": "http.response.body", "body": body, "more_body": not self.whole})
        return found
