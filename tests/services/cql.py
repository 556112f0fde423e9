"""As much of Cassandra's protocol (version 4) as a start and a clean-up need; no driver waits or retries in between."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection, socket
from typing import BinaryIO

ERROR, STARTUP, READY, AUTHENTICATE, QUERY, RESULT, AUTH_RESPONSE, AUTH_SUCCESS = 0, 1, 2, 3, 7, 8, 15, 16
ONE = 1  # consistency; TWO is 2, THREE is 3
DEADLINE = 20.0  # s


class Refused(OSError):
    """What the node answered instead: it may not be up yet, or the statement is wrong."""


def execute(
    address: str,
    port: int,
    statement: str,
    login: tuple[str, str] | None = None,
    consistency: int = ONE,
    deadline: float = DEADLINE,
) -> bytes:
    """The answer to one statement as it came, on a connection of its own. The statement names its keyspace."""
    with _connected(address, port, login, deadline) as connection:
        text = statement.encode()
        return connection.ask(QUERY, struct.pack(f">i{len(text)}sHB", len(text), text, consistency, 0), RESULT)[1]


class _Connection:
    def __init__(self, to: socket) -> None:
        self._to = to
        self._from: BinaryIO = to.makefile("rb")

    def close(self) -> None:
        self._from.close()

    def ask(self, opcode: int, body: bytes, *expected: int) -> tuple[int, bytes]:
        self._to.sendall(struct.pack(">BBHBi", 4, 0, 0, opcode, len(body)) + body)
        header = self._from.read(9)
        if len(header) < 9:
            raise Refused("the connection was closed")
        answer, length = struct.unpack(">4xBi", header)
        content = self._from.read(length)
        if answer not in expected:
            raise Refused(content[6:].decode(errors="replace") if answer == ERROR else f"unexpected answer {answer}")
        return answer, content


@contextmanager
def _connected(address: str, port: int, login: tuple[str, str] | None, deadline: float) -> Iterator[_Connection]:
    with create_connection((address, port), deadline) as opened:
        connection = _Connection(opened)
        try:
            startup = struct.pack(">HH11sH5s", 1, 11, b"CQL_VERSION", 5, b"3.0.0")
            if connection.ask(STARTUP, startup, READY, AUTHENTICATE)[0] == AUTHENTICATE:
                token = "\0{}\0{}".format(*(login or ("", ""))).encode()
                connection.ask(AUTH_RESPONSE, struct.pack(">i", len(token)) + token, AUTH_SUCCESS)
            yield connection
        finally:
            connection.close()
