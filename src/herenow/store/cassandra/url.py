"""Where Cassandra is and how positions lie there: cassandra://user:password@host1,host2:9042/keyspace?replication=3"""

import re
from urllib.parse import parse_qsl, unquote

import msgspec

from herenow.model.host_list import split_url

EXPECTED = (
    "expected cassandra://user:password@host1,host2:9042/keyspace, "
    "perhaps with ?replication=3&datacenter=name&ttl_days=90"
)
ENCODED = (
    f"{EXPECTED}; in a user and a password / is written %2F, ? is %3F, # is %23, @ is %40, : is %3A, [ is %5B, ] is %5D"
)
BOUNDS = {"replication": (1, 100), "ttl_days": (0, 3650)}

_HOSTS = re.compile(r"(?P<hosts>[^/?#]+?)(?::(?P<port>[0-9]+))?")
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_KEYSPACE = re.compile(r"[a-z][a-z0-9_]{0,47}")
_DATACENTER = re.compile(r"[A-Za-z0-9._ -]{1,128}")


class CassandraUrl(msgspec.Struct, frozen=True):
    """`replication` and `ttl_days` count when the schema is applied."""

    hosts: tuple[str, ...]
    keyspace: str
    port: int = 9042
    user: str | None = None
    password: str | None = None
    replication: int = 3  # copies in the datacenter
    datacenter: str | None = None  # None: that of the host which answers first
    ttl_days: int = 0  # positions older than that go; 0 keeps them for ever

    @property
    def place(self) -> str:
        """Fit to be shown, as this whole value is not: it holds the password."""
        return ", ".join(f"{host}:{self.port}" for host in self.hosts)

    def __str__(self) -> str:
        return f"{self.place}, keyspace {self.keyspace}"

    __repr__ = __str__


def read_cassandra_url(url: str) -> CassandraUrl:
    """Raises ValueError that says what was expected; never with the password."""
    parts = split_url(url)
    if parts is None:
        raise ValueError(EXPECTED)
    login, at, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    misplaced = "@" in parts.path + parts.query + parts.fragment + user or set("[]") & set(login)
    if misplaced:  # it is a part of the password
        raise ValueError(ENCODED)
    if parts.scheme != "cassandra" or parts.fragment or (at and not user):
        raise ValueError(EXPECTED)
    keyspace = parts.path.removeprefix("/")
    if not _KEYSPACE.fullmatch(keyspace):
        raise ValueError(f"{EXPECTED}; a keyspace is a letter and up to 47 of a-z, 0-9 and _, not {keyspace!r}")
    hosts, port = _hosts(place)
    replication, ttl_days, datacenter = _options(parts.query)
    return CassandraUrl(
        hosts,
        keyspace,
        port,
        unquote(user) if at else None,
        unquote(password) if at else None,
        replication,
        datacenter,
        ttl_days,
    )


def _hosts(place: str) -> tuple[tuple[str, ...], int]:
    found = _HOSTS.fullmatch(place)
    hosts = found["hosts"].split(",") if found else []
    wrong = next((host for host in hosts if not _HOST.fullmatch(host)), None)
    if not hosts or wrong is not None:
        raise ValueError(f"{EXPECTED}; {'a host is missing' if not wrong else f'{wrong!r} is no host'}")
    port = int((found and found["port"]) or 9042)
    if not 0 < port < 65536:
        raise ValueError(f"{EXPECTED}; {port} is no port")
    return tuple(host.strip("[]") for host in hosts), port


def _options(query: str) -> tuple[int, int, str | None]:
    numbers, datacenter = {"replication": 3, "ttl_days": 0}, None
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name == "datacenter" and _DATACENTER.fullmatch(value):
            datacenter = value
        elif name == "datacenter":
            raise ValueError(f"{EXPECTED}; {value!r} is no name of a datacenter")
        elif name not in BOUNDS:
            raise ValueError(f"{EXPECTED}; there is no option {name!r}")
        else:
            numbers[name] = _integer(name, value)
    return numbers["replication"], numbers["ttl_days"], datacenter


def _integer(name: str, value: str) -> int:
    low, high = BOUNDS[name]
    if not (value.isascii() and value.isdecimal() and low <= int(value) <= high):
        raise ValueError(f"{EXPECTED}; {name} is a whole number from {low} to {high}, not {value!r}")
    return int(value)
