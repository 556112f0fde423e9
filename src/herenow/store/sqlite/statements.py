"""Statements with many rows: each step of a statement releases the interpreter and waits for it."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, TypeVar

_VARIABLES = 2000  # of one statement

_T = TypeVar("_T")


def insert(connection: sqlite3.Connection, into: str, rows: Sequence[Sequence[object]], otherwise: str = "") -> None:
    """`into` up to its columns, `otherwise` what is behind the values."""
    if not rows:
        return
    marks = f"({','.join('?' * len(rows[0]))})"
    for some in parts(rows, _VARIABLES // len(rows[0])):
        values = ",".join([marks] * len(some))
        connection.execute(f"INSERT INTO {into} VALUES {values} {otherwise}", list(chain.from_iterable(some)))  # noqa: S608 - marks only


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Commits what the body wrote, or nothing of it where it raises."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def paged(connection: sqlite3.Connection, query: str, size: int) -> Iterator[tuple[Any, ...]]:
    """Rows of a query that has a number first, is in its order, and takes the last number and a limit: each once, also
    where rows come and go meanwhile. No transaction is long, which would keep the log from shrinking."""
    last = 0
    while rows := connection.execute(query, (last, size)).fetchall():
        yield from rows
        last = rows[-1][0]


def parts(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
