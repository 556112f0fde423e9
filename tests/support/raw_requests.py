"""Requests as bytes, for what no client library sends; and what came back, answer by answer."""

import contextlib
import io
import json
import socket
from collections.abc import Iterable
from http.client import HTTPResponse
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.support.patience import PATIENCE
from tests.support.server import Server


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def detail(self) -> str:
        assert self.headers["content-type"] == "application/problem+json"
        detail: str = json.loads(self.body)["detail"]
        return detail


class Connection:
    def __init__(self, server: Server) -> None:
        place = urlsplit(server.url)
        self.socket = socket.create_connection((place.hostname, place.port or 80), PATIENCE)
        self.host = place.netloc
        self._received = _Kept(socket.SocketIO(self.socket, "r"))

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *segments: bytes) -> None:
        """Each in a packet of its own. A server that has hung up is no error: what it sent is still to be read."""
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(ConnectionError):
            for segment in segments:
                self.socket.sendall(segment)

    def answer(self, method: str = "GET") -> Answer:
        response = HTTPResponse(self._received, method=method)  # type: ignore[arg-type] # it calls makefile alone
        response.begin()
        body = response.read()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)

    def ended(self) -> bool:
        """Waits until the server has closed it, with nothing more sent."""
        with contextlib.suppress(ConnectionResetError):
            return self._received.read(1) == b""
        return True

    def request(self, method: str, path: str, body: bytes = b"", headers: Iterable[str] = ()) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*lines, "", ""]).encode() + body


class _Kept(io.BufferedReader):
    """What a connection says. An answer that was read closes its file, and the next one is in the same."""

    def makefile(self, _mode: str) -> "_Kept":
        return self

    def close(self) -> None:
        pass
