"""One connection to a server. The one file that knows the library for WebSockets."""

import asyncio
import contextlib
import re
import ssl
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, ProxyError, WebSocketException
from websockets.http11 import Response
from websockets.typing import Subprotocol

from herenow import __version__
from herenow.client.back_off import ConnectionLost
from herenow.errors import BadRequest, HerenowError, SettingsError, TooLarge
from herenow.wire import binary, json

OFFERED = (Subprotocol(binary.SUBPROTOCOL), Subprotocol(json.SUBPROTOCOL))
MAX_FRAME = 256 * 1024 * 1024  # bytes; a snapshot of millions of devices
OPENING, CLOSING = 10.0, 1.0  # s
RESTART_SPREAD = 5.0  # s over which viewers of a server that stops come back

SERVICE_RESTART, TOO_BIG, NOT_UNDERSTOOD = 1012, 1009, 4400

_SOCKETS = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_RETRY = re.compile(r"\bretry_ms=(\d{1,9})\b")


def address(url: str) -> str:
    """Where the live wire is on the server at `url`. Raises SettingsError where that is not the address of one."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in _SOCKETS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, or half an IPv6 address
        known = False
    if not known:
        raise SettingsError(f"expected the address of a server like http://127.0.0.1:8000, got {url!r}")
    return f"{_SOCKETS[parts.scheme]}://{parts.netloc}{parts.path.rstrip('/')}/ws/locations"


class ServerConnection:
    """A connection that is open. The caller of `open` closes it."""

    def __init__(self, socket: ClientConnection, place: str) -> None:
        self._socket = socket
        self._place = place

    @property
    def encoding(self) -> str:
        return self._socket.subprotocol or ""

    async def say(self, text: str) -> None:
        """Waits while the server does not read. A link that has ended takes nothing: `hear` says why."""
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(text)

    async def receive(self, silence: float) -> str | bytes | None:
        """The next frame, or None after so many seconds without one. Raises ConnectionLost where the link ended,
        another HerenowError where it ended for good."""
        try:
            async with asyncio.timeout(silence):
                return await self._socket.recv()
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            raise _ended(error, self._place) from error

    def cut(self, silence: float) -> ConnectionLost:
        """Ends it without a close frame, because the server has been silent for so many seconds."""
        self._socket.transport.abort()
        return ConnectionLost(f"{self._place} has been silent for {silence:g} s")

    async def close(self) -> None:
        """Politely, or after a second by force: a server that does not read hears of nothing."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSING), asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._drain())
                    await self._socket.close()
        finally:
            self._socket.transport.abort()

    async def _drain(self) -> None:
        """The server's word that it closes comes behind all that it sent before."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._socket.recv()


async def open_link(url: str) -> ServerConnection:
    """`url` is one that `address` gave. Raises ConnectionLost where another try may succeed, another HerenowError
    where none will."""
    place = _place(url)
    try:
        socket = await connect(
            url,
            subprotocols=OFFERED,
            user_agent_header=f"herenow/{__version__}",
            open_timeout=OPENING,
            ping_interval=None,  # the server pings within the protocol
            max_size=MAX_FRAME,
        )
    except InvalidStatus as error:
        raise _refused(error.response, place) from error
    except ssl.SSLCertVerificationError as error:
        raise SettingsError(f"expected a certificate of {place} that this machine trusts: {error}") from error
    except (OSError, InvalidMessage, ProxyError) as error:  # TimeoutError is an OSError
        raise ConnectionLost(f"{place} does not answer ({str(error) or type(error).__name__})") from error
    except WebSocketException as error:
        raise BadRequest(f"{place} does not answer as Herenow does ({error}); is this its address?") from error
    link = ServerConnection(socket, place)
    if socket.subprotocol is None:
        await link.close()
        raise BadRequest(f"expected {place} to take one of {', '.join(OFFERED)}, got none; is it Herenow, and new?")
    return link


def _place(url: str) -> str:
    """An address to be shown: without a password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _refused(answer: Response, place: str) -> HerenowError:
    reason = f"{answer.status_code} {answer.reason_phrase}".strip()
    if detail := _detail(bytes(answer.body)):
        reason = f"{reason}: {detail}"
    if answer.status_code >= 500:
        return ConnectionLost(f"{place} takes nobody now: {reason}")
    return BadRequest(f"{place} refused the connection: {reason}; is this the address of Herenow?")


class _Problem(msgspec.Struct):
    detail: str


def _detail(body: bytes) -> str | None:
    """The words of Problem Details."""
    try:
        return msgspec.json.decode(body, type=_Problem).detail[:300]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _ended(error: ConnectionClosed, place: str) -> HerenowError:
    if error.sent is not None and error.sent.code == TOO_BIG and not error.rcvd_then_sent:
        return TooLarge(f"expected frames of at most {MAX_FRAME} bytes from {place}; look at a smaller box")
    if error.rcvd is None:
        return ConnectionLost(f"{place} is gone without a close frame")
    code, reason = error.rcvd.code, error.rcvd.reason
    if code == TOO_BIG:
        return TooLarge(
            f"{place} expected smaller messages ({reason}); subscribe to fewer devices, report less at once"
        )
    if code == NOT_UNDERSTOOD:
        return BadRequest(
            f"{place} did not understand a message ({reason}); use a client and a server of the same version"
        )
    retry = _RETRY.search(reason)
    wait = int(retry[1]) / 1000 if retry else None
    ceiling = RESTART_SPREAD if code == SERVICE_RESTART else None
    return ConnectionLost(f"{place} closed the connection ({code} {reason})", wait=wait, ceiling=ceiling)
