"""What every request passes on its way in, and most answers on their way out."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from herenow.api.errors import problem
from herenow.api.headers import header
from herenow.settings import loopback

SMALLEST_GZIP = 2048  # bytes
GZIP_LEVEL = 4
FOR_EVER = "public, max-age=31536000, immutable"  # Cache-Control of what never changes; else browsers ask first
FOR_EVER_HERE = FOR_EVER.replace("public", "private")  # the same of what proxies must not keep
REMEMBERED = 256  # pairs of host and origin that were allowed
LONG = 512  # characters of both; longer ones are not remembered


class OriginCheck:
    """Refuses requests of other web pages through a visitor's browser: their Origin is neither the requested host nor
    one of `origins`. While only this machine may send requests, it refuses foreign host names, too: a page
    elsewhere may have pointed one here.
    """

    def __init__(self, app: ASGIApp, *, here_only: bool, origins: Iterable[str]) -> None:
        self._app = app
        self._here_only = here_only
        self._origins = frozenset(origins)
        self._allowed: set[tuple[bytes, bytes | None]] = set()  # hosts and origins, so that most requests parse neither

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        host, origin = header(scope, b"host") or b"", header(scope, b"origin")
        if (host, origin) not in self._allowed:
            if refusal := self._refusal(host.decode("latin-1"), None if origin is None else origin.decode("latin-1")):
                await _refuse(refusal, scope, receive, send)
                return
            if len(self._allowed) < REMEMBERED and len(host) + len(origin or b"") < LONG:
                self._allowed.add((host, origin))
        if scope.get("method") == "HEAD":  # answered as GET; the server leaves the body out
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)

    def _refusal(self, host: str, origin: str | None) -> str | None:
        try:
            requested = _place(f"//{host}")
            if origin is not None and _place(origin) != requested and origin not in self._origins:
                return (
                    f"expected a page of {host[:99]} to ask, got one of {origin[:99]}; a proxy must pass Host on, "
                    "and HERENOW_ORIGINS allows other pages"
                )
        except ValueError:
            return f"expected a host like 127.0.0.1:8000, got Host {host[:99]!r} and Origin {(origin or '')[:99]!r}"
        if self._here_only and not loopback(requested[0]):
            return f"expected a name of this machine like 127.0.0.1, got {host[:99]!r}; HERENOW_ACCESS=open allows all"
        return None


def _place(url: str) -> tuple[str, int | None]:
    """Name and port, None for the default port of the scheme. Raises ValueError."""
    parts = urlsplit(url)
    return parts.hostname or "", None if parts.port in (80, 443) else parts.port


async def _refuse(detail: str, scope: Scope, receive: Receive, send: Send) -> None:
    answer = problem(403, detail)
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(answer)
    else:
        await answer(scope, receive, send)


class Compressed:
    """Leaves files alone of which ranges can be requested: these count bytes of the file as it is. A download that
    broke off while it was compressed would go on with other bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        whole = False

        async def compressed(scope: Scope, receive: Receive, compress: Send) -> None:
            async def send_or_compress(message: Message) -> None:
                nonlocal whole
                if message["type"] == "http.response.start":
                    whole = (b"accept-ranges", b"bytes") in message["headers"]
                await (send if whole else compress)(message)

            await self._app(scope, receive, send_or_compress)

        await GZipMiddleware(compressed, SMALLEST_GZIP, GZIP_LEVEL)(scope, receive, send)
