"""Paths of requests as routes match them: a slash inside a device id is no slash between two segments."""

import re
from urllib.parse import quote, unquote

from starlette.convertors import Convertor, register_url_convertor
from starlette.types import ASGIApp, Receive, Scope, Send

_RESERVED = re.compile("[%/]")


def encoded(segment: str) -> str:
    """One segment of a path, encoded; dots too where it has nothing else, for `..` would lead up."""
    return quote(segment, safe="") if segment.strip(".") else segment.replace(".", "%2E")


class _Id(Convertor[str]):
    """One segment of a path, decoded."""

    regex = "[^/]+"

    def convert(self, value: str) -> str:
        return unquote(value)

    def to_string(self, value: str) -> str:
        return encoded(value)


register_url_convertor("id", _Id())

DEVICE = "/api/devices/{device_id:id}"


class RoutedPaths:
    """Middleware. Sets the path that all below match: each segment is decoded alone, and keeps the slashes that it
    held as `%2F`, so that `van%2Ftrack` is a device and `van/track` is the track of one. A slash at the end of a path
    changes nothing: a redirect would have to know the scheme and the path that a proxy puts before ours.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = {**scope, "path": routed(scope["raw_path"].decode("ascii"))}
        await self._app(scope, receive, send)


def routed(raw: str) -> str:
    """The path to match for a path as it came."""
    path = "/".join(map(_decoded, raw.split("/"))) if "%" in raw else raw
    return path.removesuffix("/") or "/"


def _decoded(segment: str) -> str:
    return _RESERVED.sub(lambda found: quote(found[0], safe=""), unquote(segment))
