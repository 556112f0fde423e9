"""The message where RabbitMQ cannot be used: in one line, with what to do, without the password."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import msgspec
import pytest

from herenow.bus.rabbitmq import connection
from herenow.bus.rabbitmq.connection import open_connection
from herenow.bus.rabbitmq.topology import make_queues
from herenow.bus.rabbitmq.url import RabbitUrl, read_rabbit_url
from herenow.errors import BusUnavailable
from tests.services.rabbitmq import GivenRabbitMQ, RabbitMQ
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.positions import position
from tests.support.rabbitmq import open_bus

WRONG = "s3cret"
Guest = Callable[..., Awaitable[RabbitUrl]]


@pytest.fixture
async def url(amqp_url: str) -> RabbitUrl:
    url = read_rabbit_url(amqp_url + "?shards=1")
    await make_queues(url)
    return url


@pytest.fixture
async def guest(rabbitmq: RabbitMQ | GivenRabbitMQ, url: RabbitUrl) -> AsyncIterator[Guest]:
    """Makes a user who may do so much in the vhost."""
    name = f"user_{url.vhost}"
    async with httpx.AsyncClient(
        base_url=f"{rabbitmq.management}/api", auth=rabbitmq.login, timeout=PATIENCE
    ) as management:

        async def make(**permissions: str) -> RabbitUrl:
            made = await management.put(f"/users/{name}", json={"password": WRONG, "tags": ""})
            made.raise_for_status()
            if permissions:
                may = {"configure": ".*", "write": ".*", "read": ".*"} | permissions
                (await management.put(f"/permissions/{url.vhost}/{name}", json=may)).raise_for_status()
            return msgspec.structs.replace(url, user=name, password=WRONG)

        yield make
        (await management.delete(f"/users/{name}")).raise_for_status()


@contextlib.asynccontextmanager
async def talker(says: bytes) -> AsyncIterator[int]:
    """The port of something that says this to whoever greets it, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(says)
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def reason(url: RabbitUrl) -> str:
    with pytest.raises(BusUnavailable) as refusal:
        async with open_connection(url, "test"):
            pass
    message = str(refusal.value)
    assert "\n" not in message
    assert WRONG not in message
    return message


async def test_a_wrong_password(url: RabbitUrl) -> None:
    wrong = msgspec.structs.replace(url, password=WRONG)
    assert (
        await reason(wrong) == f"RabbitMQ at {url.place} refused user 'guest': wrong user or password; see HERENOW_BUS"
    )


async def test_an_unknown_vhost(url: RabbitUrl) -> None:
    unknown = msgspec.structs.replace(url, vhost="nowhere")
    assert (
        await reason(unknown)
        == f"RabbitMQ at {url.place} has no vhost 'nowhere'; make it: rabbitmqctl add_vhost nowhere"
    )


async def test_a_user_who_may_not_enter_the_vhost(guest: Guest) -> None:
    stranger = await guest()
    message = await reason(stranger)
    assert message.startswith(f"user '{stranger.user}' may not enter vhost '{stranger.vhost}' at {stranger.place}")
    assert f"rabbitmqctl set_permissions -p {stranger.vhost} {stranger.user}" in message


async def test_a_user_who_may_not_send(guest: Guest) -> None:
    reader = await guest(write="^$")
    async with open_bus(reader) as bus:
        for _ in range(2):  # also when it is known already
            with pytest.raises(BusUnavailable, match=r"ACCESS_REFUSED.*allow it: rabbitmqctl set_permissions"):
                await bus.publish([position("a")])
        assert "ACCESS_REFUSED" in (bus.trouble or "")


async def test_a_user_who_may_not_receive(guest: Guest) -> None:
    writer = await guest(read="^$")
    async with open_bus(writer) as bus:
        await bus.publish([position("a")])
        with pytest.raises(BusUnavailable, match=r"ACCESS_REFUSED.*allow it: rabbitmqctl set_permissions"):
            await anext(bus.consume())


async def test_a_user_who_may_not_make_queues(guest: Guest) -> None:
    user = await guest(configure="^$")
    with pytest.raises(BusUnavailable, match=r"ACCESS_REFUSED.*allow it: rabbitmqctl set_permissions"):
        await make_queues(msgspec.structs.replace(user, shards=2))


@pytest.mark.parametrize(
    "says", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n", b"", b"AMQP\0\1\0\0"]
)
async def test_a_port_that_speaks_something_else(says: bytes) -> None:
    async with talker(says) as port:
        message = await reason(RabbitUrl((("127.0.0.1", port),)))
    assert message == (
        f"what answers at 127.0.0.1:{port} does not greet as RabbitMQ does; "
        "is it the right port, and amqps:// where it wants TLS?"
    )


async def test_a_port_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OPEN_WITHIN", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        message = await reason(RabbitUrl((("127.0.0.1", port),)))
    assert message == f"RabbitMQ at 127.0.0.1:{port} did not answer within 0 s"


async def test_a_port_where_nobody_listens() -> None:
    port = free_port("127.0.0.1")
    message = await reason(RabbitUrl((("127.0.0.1", port),)))
    assert message == f"cannot reach RabbitMQ at 127.0.0.1:{port}: connection refused; is it running?"


async def test_a_host_that_is_none() -> None:
    message = await reason(RabbitUrl((("no-such-host.invalid", 5672),)))
    assert message == "cannot reach RabbitMQ at no-such-host.invalid:5672: no such host; see HERENOW_BUS"


async def test_several_hosts_are_all_named(url: RabbitUrl) -> None:
    one, two = free_port("127.0.0.1"), free_port("127.0.0.1")
    message = await reason(RabbitUrl((("127.0.0.1", one), ("127.0.0.1", two))))
    assert message.startswith(f"cannot reach RabbitMQ at 127.0.0.1:{one}, 127.0.0.1:{two}: connection refused")
