"""One connection to RabbitMQ with one channel. They live and die together: a link that lost anything is dropped whole
and opened again by its user, so that there is one way back, whatever went wrong (docs/decisions/0010)."""

import asyncio
import contextlib
import random
import re
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.adapters.utils.connection_workflow import AbstractAMQPConnectionWorkflow, AMQPConnectorWrongState
from pika.channel import Channel
from pika.exceptions import AMQPError, ChannelClosedByBroker, ConnectionClosed, ConnectionWrongStateError

from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.errors import BusUnavailable

OPEN_WITHIN = 8.0  # s, all hosts together
CONNECT_WITHIN = 3.0  # s for TCP, and again for the handshake, per host
REPLY_WITHIN = 5.0  # s
CLOSE_WITHIN = 1.0  # s
HEARTBEAT = 5  # s; pika finds a silent peer after 10 to 20 s

Properties = pika.BasicProperties
Received = Callable[[int, bytes], None]  # delivery tag, body


class RabbitConnection:
    """Must be made inside a running loop, by `open_link`."""

    def __init__(self, connection: AsyncioConnection, url: RabbitUrl) -> None:
        self._connection = connection
        self._url = url
        self.channel: Channel
        self.blocked: str | None = None  # why the broker takes nothing at the moment
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()  # why it can be used no more
        self.missing: str | None = None  # the requested exchange or queue that does not exist
        self.refused = False  # whether it was lost because of a request over it, not of the network or the broker
        self._closed = asyncio.Event()
        connection.add_on_close_callback(self._on_close)
        connection.add_on_connection_blocked_callback(self._on_blocked)
        connection.add_on_connection_unblocked_callback(self._on_unblocked)

    async def open(self) -> None:
        self.channel = await self.ask(lambda done: self._connection.channel(on_open_callback=done))
        self.channel.add_on_close_callback(self._on_channel_close)
        self.channel.add_on_cancel_callback(lambda _: self.fail("RabbitMQ cancelled a consumer: its queue went"))

    @property
    def version(self) -> str:
        """Of the broker, as it says itself."""
        return str((self._connection.server_properties or {}).get("version", "of unknown version"))

    async def ask(self, request: Callable[[Callable[[Any], None]], object]) -> Any:
        """Sends a request, given what to call with the reply, and waits for that. Raises BusUnavailable."""
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if not self.lost.done():
            try:
                request(lambda frame: None if reply.done() else reply.set_result(frame))
            except AMQPError as error:  # it was lost before anybody listened
                self.fail(explain(error, self._url))
        await asyncio.wait({reply, self.lost}, timeout=REPLY_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        if not reply.done():
            self.fail(f"RabbitMQ at {self._url.place} did not answer within {REPLY_WITHIN:.0f} s")
            raise BusUnavailable(await self.lost)
        return reply.result()

    async def loss(self) -> str:
        """Waits until it is lost, and tells why."""
        await asyncio.wait({self.lost})
        return self.lost.result()

    async def waiting_in(self, queue: str) -> int:
        """How many messages wait in a queue. Raises as `counts`."""
        return (await self.counts(queue))[1]

    async def counts(self, queue: str) -> tuple[int, int]:
        """Consumers of a queue, and messages that wait. Raises BusUnavailable, and the link is lost, where there is
        none."""
        frame = await self.ask(lambda done: self.channel.queue_declare(queue, passive=True, callback=done))
        return frame.method.consumer_count, frame.method.message_count

    async def consume(self, queue: str, received: Received, unacknowledged: int) -> None:
        """Has messages delivered, at most so many that are not acknowledged; 0: they need not be."""
        if unacknowledged:
            await self.ask(lambda done: self.channel.basic_qos(prefetch_count=unacknowledged, callback=done))

        def take(_: Channel, method: pika.spec.Basic.Deliver, __: Properties, body: bytes) -> None:
            received(method.delivery_tag or 0, body)

        await self.ask(lambda done: self.channel.basic_consume(queue, take, auto_ack=not unacknowledged, callback=done))

    def acknowledge(self, tag: int, *, multiple: bool = False) -> None:
        """Raises BusUnavailable where the link is lost: it will be delivered again."""
        if self.lost.done():
            raise BusUnavailable(self.lost.result())
        self.channel.basic_ack(tag, multiple)

    def fail(self, reason: str) -> None:
        """Nothing can be done with it any more; the first reason stays."""
        if not self.lost.done():
            self.lost.set_result(reason)

    async def close(self) -> None:
        """Orderly if the broker answers, else without it."""
        self.fail("closed")
        with contextlib.suppress(ConnectionWrongStateError):  # it is closed, or about to be
            self._connection.close()
        try:
            await self._wait_closed()
        finally:
            if not self._connection.is_closed:
                # A peer that does not answer: pika has no public way to let go of it.
                self._connection._terminate_stream(ConnectionClosed(200, "no answer"))  # type: ignore[attr-defined]  # noqa: SLF001
        await self._wait_closed()

    async def _wait_closed(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN):
                await self._closed.wait()

    def _on_channel_close(self, _: object, error: BaseException) -> None:
        self.refused = isinstance(error, ChannelClosedByBroker)
        missing = _MISSING.match(_reason(error))
        self.missing = missing["name"] if missing else None
        self.fail(explain(error, self._url))

    def _on_close(self, _: object, error: BaseException) -> None:
        self.fail(explain(error, self._url))
        self._closed.set()

    def _on_blocked(self, _: object, frame: Any) -> None:
        self.blocked = f"RabbitMQ takes nothing: {frame.method.reason}; give it memory or disk"

    def _on_unblocked(self, *_: object) -> None:
        self.blocked = None


@contextlib.asynccontextmanager
async def open_connection(url: RabbitUrl, name: str) -> AsyncIterator[RabbitConnection]:
    """A link to one of the hosts, named `name` in RabbitMQ's listings. Raises BusUnavailable."""
    connection = await _connect(url, name)
    link = RabbitConnection(connection, url)
    try:
        await link.open()
        yield link
    finally:
        await link.close()


async def _connect(url: RabbitUrl, name: str) -> AsyncioConnection:
    done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    hosts = random.sample(url.hosts, len(url.hosts))  # so that clients spread over the nodes
    workflow = AsyncioConnection.create_connection(
        [_parameters(url, host, port, name) for host, port in hosts],
        lambda result: None if done.done() else done.set_result(result),
    )
    try:
        await asyncio.wait({done}, timeout=OPEN_WITHIN)
    except asyncio.CancelledError:
        _abandon(workflow, done)
        raise
    if not done.done():
        _abandon(workflow, done)
        raise BusUnavailable(f"RabbitMQ at {url.place} did not answer within {OPEN_WITHIN:.0f} s")
    result = done.result()
    if isinstance(result, BaseException):
        raise BusUnavailable(explain(result, url)) from result
    connection: AsyncioConnection = result
    return connection


def _abandon(workflow: AbstractAMQPConnectionWorkflow, done: asyncio.Future[Any]) -> None:
    """Also where it has succeeded at this very moment."""

    def drop(done: asyncio.Future[Any]) -> None:
        if isinstance(done.result(), AsyncioConnection):
            with contextlib.suppress(ConnectionWrongStateError):
                done.result().close()

    done.add_done_callback(drop)
    handshaking: Any = getattr(getattr(workflow, "_connector", None), "_amqp_conn", None)
    try:
        workflow.abort()
    except AMQPConnectorWrongState:  # it has ended
        pass
    except AssertionError:  # pika 1.4 cannot abort a handshake: it ends when its connection does
        with contextlib.suppress(ConnectionWrongStateError):
            handshaking.close()


def _parameters(url: RabbitUrl, host: str, port: int, name: str) -> pika.ConnectionParameters:
    context = ssl.create_default_context() if url.tls else None
    return pika.ConnectionParameters(
        host,
        port,
        url.vhost,
        pika.PlainCredentials(url.user, url.password, erase_on_connect=True),
        heartbeat=HEARTBEAT,
        socket_timeout=CONNECT_WITHIN,
        stack_timeout=2 * CONNECT_WITHIN,
        ssl_options=pika.SSLOptions(context, host) if context else None,
        client_properties={"connection_name": f"herenow {name}"},
    )


def explain(error: BaseException, url: RabbitUrl) -> str:
    """What went wrong and what to do, in one line without the password."""
    errors = _innermost(error)
    reasons = "; ".join(dict.fromkeys(map(_reason, errors)))
    signs = " ".join([reasons, *(type(one).__name__ for one in errors)])
    for sign, advice in _ADVICE.items():
        if sign in signs:
            return advice.format(place=url.place, user=url.user, vhost=url.vhost, reasons=reasons)
    return f"lost RabbitMQ at {url.place}: {reasons}"


def _innermost(error: BaseException) -> list[BaseException]:
    """pika wraps one error a host into one a phase into one for all."""
    wrapped = [*getattr(error, "exceptions", ()), *filter(None, [getattr(error, "exception", None)])]
    return [inner for one in wrapped for inner in _innermost(one)] or [error]


def _reason(error: BaseException) -> str:
    text = getattr(error, "reply_text", None) or getattr(error, "strerror", None) or str(error)
    return str(text) if text else type(error).__name__


_MISSING = re.compile(r"NOT_FOUND - no (?:exchange|queue) '(?P<name>[^']+)'")
_NO_RABBIT = (
    "what answers at {place} does not greet as RabbitMQ does; is it the right port, and amqps:// where it wants TLS?"
)
_ADVICE = {
    "Login was refused": "RabbitMQ at {place} refused user {user!r}: wrong user or password; see HERENOW_BUS",
    "ACCESS_REFUSED": "RabbitMQ at {place}: {reasons}; allow it: "
    'rabbitmqctl set_permissions -p {vhost} {user} ".*" ".*" ".*"',
    "not found": "RabbitMQ at {place} has no vhost {vhost!r}; make it: rabbitmqctl add_vhost {vhost}",
    "refused for user": "user {user!r} may not enter vhost {vhost!r} at {place}; allow it: "
    'rabbitmqctl set_permissions -p {vhost} {user} ".*" ".*" ".*"',
    "is down or inaccessible": "RabbitMQ at {place}: {reasons}; start that node",
    "NOT_FOUND": "RabbitMQ at {place}: {reasons}; make it: herenow schema",
    "PRECONDITION_FAILED - inequivalent": "RabbitMQ at {place}: {reasons}; it was made with other options: "
    "use those in HERENOW_BUS, or empty and delete it, then herenow schema",
    "Connection refused": "cannot reach RabbitMQ at {place}: connection refused; is it running?",
    "gaierror": "cannot reach RabbitMQ at {place}: no such host; see HERENOW_BUS",
    "InvalidFrameError": _NO_RABBIT,
    "IncompatibleProtocolError": _NO_RABBIT,
}
