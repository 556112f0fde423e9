"""Where RabbitMQ is and how its queues are laid out: amqp://user:password@host1,host2:5672/vhost?shards=8&shard_mb=256"""

from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from herenow.model.host_list import split_url

EXPECTED = "expected amqp://user:password@host1,host2:5672/vhost, perhaps with ?shards=8&shard_mb=256"
ENCODED = "in a password / is written %2F, ? is %3F, # is %23, @ is %40, [ is %5B, ] is %5D"
PORTS = {"amqp": 5672, "amqps": 5671}
BOUNDS = {"shards": (1, 64), "shard_mb": (1, 1_000_000)}


class RabbitUrl(msgspec.Struct, frozen=True):
    """`shards` must be the same for every process on one vhost; `shard_mb` bounds what one shard holds."""

    hosts: tuple[tuple[str, int], ...]
    user: str = "guest"
    password: str = "guest"  # noqa: S105 - what RabbitMQ itself starts with, for its own machine only
    vhost: str = "/"
    tls: bool = False
    shards: int = 8
    shard_mb: int = 256

    def __str__(self) -> str:
        """Fit to be shown: without the password."""
        return f"{self.place} as {self.user!r}, vhost {self.vhost!r}"

    __repr__ = __str__  # tracebacks show it

    @property
    def place(self) -> str:
        return ", ".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in self.hosts)


def read_rabbit_url(url: str) -> RabbitUrl:
    """Raises ValueError that says what was expected; never with the password."""
    parts = split_url(url)
    if parts is None or parts.scheme not in PORTS or parts.fragment:
        raise ValueError(EXPECTED)
    login, _, hosts = parts.netloc.rpartition("@")
    if "@" in parts.path + parts.query or set("[]") & set(login):  # what follows is a piece of the password
        raise ValueError(f"{EXPECTED}; {ENCODED}")
    user, _, password = login.partition(":")
    return RabbitUrl(
        tuple(_host(host, PORTS[parts.scheme]) for host in hosts.split(",")),
        unquote(user) or "guest",
        unquote(password) if login else "guest",
        unquote(parts.path[1:]) or "/",
        parts.scheme == "amqps",
        **_options(parts.query),
    )


def _host(text: str, port: int) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text}")
    except ValueError:
        raise ValueError(EXPECTED) from None  # what came may be a password
    try:
        if parts.hostname:
            return parts.hostname, parts.port or port
    except ValueError:
        raise ValueError(f"{EXPECTED}; a port is a number up to 65535") from None  # what came may be a password
    raise ValueError(f"{EXPECTED}; a host is missing")


def _options(query: str) -> dict[str, int]:
    options = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in BOUNDS:
            raise ValueError(f"{EXPECTED}; there is no option {name!r}")
        low, high = BOUNDS[name]
        if not value.isdecimal() or not low <= int(value) <= high:
            raise ValueError(f"{EXPECTED}; {name} is a whole number from {low} to {high}, not {value!r}")
        options[name] = int(value)
    return options
